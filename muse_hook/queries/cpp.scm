; What C++ defines. `muse_hook/symbols/outline.py` says what the captures mean.

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
  body: (_)? @body) @definition.function

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
(field_declaration type: (struct_specifier name: (_) @name body: (_) @container) !declarator) @definition.class
(field_declaration type: (struct_specifier name: (_) @name body: (_)) declarator: (_)) @definition.class
(field_declaration type: (union_specifier name: (_) @name body: (_) @container) !declarator) @definition.class
(field_declaration type: (union_specifier name: (_) @name body: (_)) declarator: (_)) @definition.class
(field_declaration type: (enum_specifier name: (_) @name body: (_))) @definition.class
(type_definition type: (struct_specifier name: (_) @name body: (_))) @definition.class
(type_definition type: (union_specifier name: (_) @name body: (_))) @definition.class
(type_definition type: (enum_specifier name: (_) @name body: (_))) @definition.class
(type_definition declarator: (_) @names @outside) @definition.class

; --- namespaces and templates

(namespace_definition name: (_) @name body: (_) @module) @definition.class
(namespace_definition !name body: (_) @through)
(template_declaration [
  (function_definition)
  (declaration)
  (class_specifier)
  (struct_specifier)
  (union_specifier)
  (alias_declaration)
  (concept_definition)
  (template_declaration)
  (field_declaration)
] @declaration)

; --- classes

(class_specifier
  name: (_) @name
  (base_class_clause (_)* @base)?
  body: (_) @container) @definition.class
(declaration type: (class_specifier name: (_) @name body: (_))) @definition.class
(field_declaration type: (class_specifier name: (_) @name body: (_) @container) !declarator) @definition.class
(field_declaration type: (class_specifier name: (_) @name body: (_)) declarator: (_)) @definition.class
(type_definition type: (class_specifier name: (_) @name body: (_))) @definition.class
(alias_declaration name: (_) @name @outside) @definition.class
(concept_definition name: (_) @name) @definition.class

; --- members

(function_definition
  type: (_)? @returns
  declarator: (reference_declarator (function_declarator declarator: (_) @names parameters: (_) @parameters))
  body: (_)? @body) @definition.function
(function_definition
  declarator: (operator_cast "operator" @name.before type: (_) @name declarator: (_) @parameters)
  body: (_)? @body) @definition.function
(declaration
  declarator: (operator_cast "operator" @name.before type: (_) @name declarator: (_) @parameters)) @definition.function
(field_declaration
  type: (_)? @returns
  declarator: [
    (function_declarator declarator: [(field_identifier) (operator_name) (destructor_name)] @names parameters: (_) @parameters)
    (pointer_declarator
      declarator: (function_declarator declarator: [(field_identifier) (operator_name)] @names parameters: (_) @parameters))
    (reference_declarator
      (function_declarator declarator: [(field_identifier) (operator_name)] @names parameters: (_) @parameters))
  ]) @definition.function
(declaration
  type: (_)? @returns
  declarator: [
    (function_declarator
      declarator: [(qualified_identifier) (operator_name) (destructor_name)] @names
      parameters: (_) @parameters)
    (reference_declarator
      (function_declarator
        declarator: [(identifier) (qualified_identifier) (operator_name)] @names
        parameters: (_) @parameters))
    (pointer_declarator
      declarator: (function_declarator
        declarator: [(qualified_identifier) (operator_name)] @names
        parameters: (_) @parameters))
  ]) @definition.function

(reference_declarator (_) @names)
(template_function name: (_) @names)
(field_identifier) @name
(operator_name) @name
(destructor_name) @name
(qualified_identifier) @name

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
