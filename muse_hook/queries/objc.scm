; What Objective-C defines: classes, their categories and extensions, protocols, methods by their selectors, and what C
; does. `muse_hook/symbols/outline.py` says what the captures mean.

; --- conditions and linkage are looked through

(preproc_if condition: (_) @guard) @scope.if
(preproc_elif condition: (_) @guard) @scope.elif
(preproc_elifdef name: (_) @guard) @scope.elif
(preproc_else) @scope.else
(preproc_ifdef ["#ifdef" "#ifndef"] @guard name: (_) @guard) @scope.if
(linkage_specification body: (declaration_list) @through)
(linkage_specification body: [(declaration) (function_definition)] @through @alone)

; --- functions, with what a result that is a pointer nests them in

(function_definition
  type: (_)? @returns
  declarator: [
    (function_declarator declarator: (_) @names parameters: (_) @parameters)
    (pointer_declarator declarator: (function_declarator declarator: (_) @names parameters: (_) @parameters))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: (_) @names parameters: (_) @parameters)))
  ]
  body: (_) @body) @definition.function

(declaration
  type: (_)? @returns
  declarator: [
    (function_declarator declarator: (identifier) @name parameters: (_) @parameters)
    (pointer_declarator
      declarator: (function_declarator declarator: (identifier) @name parameters: (_) @parameters))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: (identifier) @name parameters: (_) @parameters)))
  ]) @definition.function

(preproc_function_def name: (_) @name @unscoped parameters: (_) @parameters) @definition.function

; --- classes: an interface, an implementation and categories are one; their bodies begin behind the last of the header

(implementation_definition (_) @through @alone)
(qualified_protocol_interface_declaration ["@required" "@optional"] @guard) @scope.protocol
(class_interface . (identifier) @name category: (_) . (parameterized_arguments) @header) @container @definition.class
(class_interface . (identifier) @name category: (_) @header) @container @definition.class
(class_interface . (identifier) @name superclass: (_) . (parameterized_arguments) @header) @container @definition.class
(class_interface . (identifier) @name superclass: (_) @header) @container @definition.class
(class_interface . (identifier) @name . (parameterized_arguments) @header) @container @definition.class
(class_interface . (identifier) @name @header) @container @definition.class
(class_implementation . (identifier) @name category: (_) @header) @container @definition.class
(class_implementation . (identifier) @name superclass: (_) @header) @container @definition.class
(class_implementation . (identifier) @name @header) @container @definition.class
(protocol_declaration . (identifier) @name . (protocol_reference_list) @header) @container @definition.class
(protocol_declaration . (identifier) @name @header) @container @definition.class

; --- members

(method_declaration [(identifier) (method_parameter)]+ @name.selector) @definition.function
(method_definition
  (method_type)? @returns
  [(identifier) (method_parameter)]+ @name.selector
  (compound_statement) @body) @definition.function
(property_declaration (struct_declaration (struct_declarator (_) @names @part))) @definition.variable
(block_pointer_declarator declarator: (_) @names)

; --- types

(struct_specifier name: (_) @name body: (_) @container) @definition.class
(union_specifier name: (_) @name body: (_) @container) @definition.class
(enum_specifier name: (_) @name body: (_)) @definition.class
(declaration type: (struct_specifier name: (_) @name body: (_))) @definition.class
(declaration type: (union_specifier name: (_) @name body: (_))) @definition.class
(declaration type: (enum_specifier name: (_) @name body: (_))) @definition.class
(field_declaration type: (struct_specifier name: (_) @name body: (_))) @definition.class
(field_declaration type: (union_specifier name: (_) @name body: (_))) @definition.class
(field_declaration type: (enum_specifier name: (_) @name body: (_))) @definition.class
(type_definition type: (struct_specifier name: (_) @name body: (_))) @definition.class
(type_definition type: (union_specifier name: (_) @name body: (_))) @definition.class
(type_definition type: (enum_specifier name: (_) @name body: (_))) @definition.class
(type_definition declarator: (_) @names) @definition.class

; --- variables

(declaration
  declarator: [
    (identifier)
    (init_declarator)
    (array_declarator)
    (pointer_declarator declarator: [(identifier) (array_declarator)])
    (pointer_declarator declarator: (pointer_declarator declarator: [(identifier) (array_declarator)]))
    (function_declarator declarator: (parenthesized_declarator))
    (pointer_declarator declarator: (function_declarator declarator: (parenthesized_declarator)))
  ] @names @part) @definition.variable
(preproc_def name: (_) @name @unscoped value: (_)) @definition.variable

; --- names in declarators

(init_declarator declarator: (_) @names)
(pointer_declarator declarator: (_) @names)
(array_declarator declarator: (_) @names)
(function_declarator declarator: (_) @names)
(parenthesized_declarator (_) @names)
(attributed_declarator . (_) @names)
(identifier) @name
(type_identifier) @name
(primitive_type) @name

; --- imports

(preproc_include path: (_) @import.of) @definition.import
(module_import path: (_) @import.from @import.all) @definition.import

; --- parameters

(parameter_declaration type: (_) @parameter.type declarator: (_)? @parameter.name)

; --- calls

(call_expression function: (identifier) @call)
(call_expression function: (field_expression field: (_) @call))
(message_expression method: (_) @call)
