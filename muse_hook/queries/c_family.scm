; What C, C++ and Objective-C define alike. `muse_hook/symbols/outline.py` says what the captures mean.

; --- conditions and linkage are looked through

(preproc_if condition: (_) @guard) @scope.if
(preproc_elif condition: (_) @guard) @scope.elif
(preproc_elifdef name: (_) @guard) @scope.elif
(preproc_else) @scope.else
(preproc_ifdef ["#ifdef" "#ifndef"] @guard name: (_) @guard) @scope.if
(linkage_specification body: (declaration_list) @through)
(linkage_specification body: [(declaration) (function_definition)] @through @alone)

; --- functions, with what a result that is a pointer nests them in

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

; --- types

(struct_specifier name: (_) @name body: (_) @container) @definition.class
(union_specifier name: (_) @name body: (_) @container) @definition.class
(enum_specifier name: (_) @name body: (_)) @definition.class
(declaration type: (struct_specifier name: (_) @name body: (_))) @definition.class
(declaration type: (union_specifier name: (_) @name body: (_))) @definition.class
(declaration type: (enum_specifier name: (_) @name body: (_))) @definition.class
(field_declaration type: (enum_specifier name: (_) @name body: (_))) @definition.class
(type_definition type: (struct_specifier name: (_) @name body: (_))) @definition.class
(type_definition type: (union_specifier name: (_) @name body: (_))) @definition.class
(type_definition type: (enum_specifier name: (_) @name body: (_))) @definition.class

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

; --- parameters

(parameter_declaration type: (_) @parameter.type declarator: (_)? @parameter.name)

; --- calls

(call_expression function: (identifier) @call)
(call_expression function: (field_expression field: (_) @call))
