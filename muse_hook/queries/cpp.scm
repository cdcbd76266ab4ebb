; What C++ defines. `muse_hook/symbols/outline.py` says what the captures mean.

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

; --- types

(field_declaration type: (struct_specifier name: (_) @name body: (_) @container) !declarator) @definition.class
(field_declaration type: (struct_specifier name: (_) @name body: (_)) declarator: (_)) @definition.class
(field_declaration type: (union_specifier name: (_) @name body: (_) @container) !declarator) @definition.class
(field_declaration type: (union_specifier name: (_) @name body: (_)) declarator: (_)) @definition.class
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
