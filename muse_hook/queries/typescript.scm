; What TypeScript defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- wrappers

(ambient_declaration
  [
    (function_signature)
    (generator_function_declaration)
    (class_declaration)
    (abstract_class_declaration)
    (interface_declaration)
    (type_alias_declaration)
    (enum_declaration)
    (lexical_declaration)
    (variable_declaration)
    (internal_module)
    (module)
    (import_alias)
  ] @declaration)

(expression_statement (internal_module) @declaration)

; --- functions

(function_declaration
  "async"? @async
  name: (identifier) @name
  parameters: (_) @parameters
  return_type: [
    (type_annotation (_) @returns)
    (asserts_annotation (_) @returns)
    (type_predicate_annotation (_) @returns)
  ]?
  body: (_) @body) @definition.function

(generator_function_declaration
  "async"? @async
  name: (identifier) @name
  parameters: (_) @parameters
  return_type: [
    (type_annotation (_) @returns)
    (asserts_annotation (_) @returns)
    (type_predicate_annotation (_) @returns)
  ]?
  body: (_) @body) @definition.function

(function_signature
  "async"? @async
  name: (identifier) @name
  parameters: (_) @parameters
  return_type: [
    (type_annotation (_) @returns)
    (asserts_annotation (_) @returns)
    (type_predicate_annotation (_) @returns)
  ]?) @definition.function

; --- functions that are values of a name

(lexical_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (arrow_function
        "async"? @async
        [(formal_parameters) (identifier)] @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (function_expression
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (generator_function
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
    ]) @part) @definition.function

(variable_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (arrow_function
        "async"? @async
        [(formal_parameters) (identifier)] @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (function_expression
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (generator_function
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
    ]) @part) @definition.function

((expression_statement
  (assignment_expression
    left: (member_expression
      object: [(identifier) (member_expression)] @parent
      property: (property_identifier) @name)
    right: [
      (arrow_function
        "async"? @async
        [(formal_parameters) (identifier)] @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (function_expression
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (generator_function
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
    ])) @definition.function
  (#match? @parent "^[\\w$.]+$"))

(export_statement
  "default" @name
  value: [
    (arrow_function
      "async"? @async
      [(formal_parameters) (identifier)] @parameters
      return_type: [
        (type_annotation (_) @returns)
        (asserts_annotation (_) @returns)
        (type_predicate_annotation (_) @returns)
      ]?
      body: (_) @body)
    (function_expression
      "async"? @async
      !name
      parameters: (_) @parameters
      return_type: [
        (type_annotation (_) @returns)
        (asserts_annotation (_) @returns)
        (type_predicate_annotation (_) @returns)
      ]?
      body: (_) @body)
    (generator_function
      "async"? @async
      !name
      parameters: (_) @parameters
      return_type: [
        (type_annotation (_) @returns)
        (asserts_annotation (_) @returns)
        (type_predicate_annotation (_) @returns)
      ]?
      body: (_) @body)
  ]) @definition.function

; What is not closed is read as an expression.
(export_statement
  "default"
  value: [
    (function_expression
      "async"? @async
      name: (identifier) @name
      parameters: (_) @parameters
      return_type: [
        (type_annotation (_) @returns)
        (asserts_annotation (_) @returns)
        (type_predicate_annotation (_) @returns)
      ]?
      body: (_) @body)
    (generator_function
      "async"? @async
      name: (identifier) @name
      parameters: (_) @parameters
      return_type: [
        (type_annotation (_) @returns)
        (asserts_annotation (_) @returns)
        (type_predicate_annotation (_) @returns)
      ]?
      body: (_) @body)
  ]) @definition.function

; --- objects that are values of a name, and the functions in them

(lexical_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (object) @object
      (parenthesized_expression (object) @object)
      (parenthesized_expression (parenthesized_expression (object) @object))
      (parenthesized_expression (as_expression (object) @object))
      (parenthesized_expression (satisfies_expression (object) @object))
      (as_expression (object) @object)
      (as_expression (parenthesized_expression (object) @object))
      (as_expression (as_expression (object) @object))
      (as_expression (satisfies_expression (object) @object))
      (satisfies_expression (object) @object)
      (satisfies_expression (parenthesized_expression (object) @object))
      (satisfies_expression (as_expression (object) @object))
      (satisfies_expression (satisfies_expression (object) @object))
    ]) @part) @definition.variable

(variable_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (object) @object
      (parenthesized_expression (object) @object)
      (parenthesized_expression (parenthesized_expression (object) @object))
      (parenthesized_expression (as_expression (object) @object))
      (parenthesized_expression (satisfies_expression (object) @object))
      (as_expression (object) @object)
      (as_expression (parenthesized_expression (object) @object))
      (as_expression (as_expression (object) @object))
      (as_expression (satisfies_expression (object) @object))
      (satisfies_expression (object) @object)
      (satisfies_expression (parenthesized_expression (object) @object))
      (satisfies_expression (as_expression (object) @object))
      (satisfies_expression (satisfies_expression (object) @object))
    ]) @part) @definition.variable

((expression_statement
  (assignment_expression
    left: (member_expression object: [(identifier) (member_expression)]) @within
    right: [
      (object) @scope.object
      (parenthesized_expression (object) @scope.object)
      (parenthesized_expression (parenthesized_expression (object) @scope.object))
      (parenthesized_expression (as_expression (object) @scope.object))
      (parenthesized_expression (satisfies_expression (object) @scope.object))
      (as_expression (object) @scope.object)
      (as_expression (parenthesized_expression (object) @scope.object))
      (as_expression (as_expression (object) @scope.object))
      (as_expression (satisfies_expression (object) @scope.object))
      (satisfies_expression (object) @scope.object)
      (satisfies_expression (parenthesized_expression (object) @scope.object))
      (satisfies_expression (as_expression (object) @scope.object))
      (satisfies_expression (satisfies_expression (object) @scope.object))
    ]))
  (#match? @within "^[\\w$.]+$"))

(export_statement
  "default" @name
  value: [
    (object) @object
    (parenthesized_expression (object) @object)
    (parenthesized_expression (parenthesized_expression (object) @object))
    (parenthesized_expression (as_expression (object) @object))
    (parenthesized_expression (satisfies_expression (object) @object))
    (as_expression (object) @object)
    (as_expression (parenthesized_expression (object) @object))
    (as_expression (as_expression (object) @object))
    (as_expression (satisfies_expression (object) @object))
    (satisfies_expression (object) @object)
    (satisfies_expression (parenthesized_expression (object) @object))
    (satisfies_expression (as_expression (object) @object))
    (satisfies_expression (satisfies_expression (object) @object))
  ]) @definition.variable

(pair
  key: [(property_identifier) (private_property_identifier)] @name
  value: [
    (arrow_function
      "async"? @async
      [(formal_parameters) (identifier)] @parameters
      return_type: [
        (type_annotation (_) @returns)
        (asserts_annotation (_) @returns)
        (type_predicate_annotation (_) @returns)
      ]?
      body: (_) @body)
    (function_expression
      "async"? @async
      parameters: (_) @parameters
      return_type: [
        (type_annotation (_) @returns)
        (asserts_annotation (_) @returns)
        (type_predicate_annotation (_) @returns)
      ]?
      body: (_) @body)
    (generator_function
      "async"? @async
      parameters: (_) @parameters
      return_type: [
        (type_annotation (_) @returns)
        (asserts_annotation (_) @returns)
        (type_predicate_annotation (_) @returns)
      ]?
      body: (_) @body)
  ]) @definition.function

(pair
  key: (property_identifier) @name
  value: (parenthesized_expression
    [
      (arrow_function
        "async"? @async
        [(formal_parameters) (identifier)] @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (function_expression
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (generator_function
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
    ])) @definition.function

(pair
  key: (property_identifier) @name
  value: (as_expression
    [
      (arrow_function
        "async"? @async
        [(formal_parameters) (identifier)] @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (function_expression
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (generator_function
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
    ])) @definition.function

(pair
  key: (property_identifier) @name
  value: (satisfies_expression
    [
      (arrow_function
        "async"? @async
        [(formal_parameters) (identifier)] @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (function_expression
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
      (generator_function
        "async"? @async
        parameters: (_) @parameters
        return_type: [
          (type_annotation (_) @returns)
          (asserts_annotation (_) @returns)
          (type_predicate_annotation (_) @returns)
        ]?
        body: (_) @body)
    ])) @definition.function

(pair
  key: (property_identifier) @name
  value: (_
    (parenthesized_expression
      [
        (arrow_function
          "async"? @async
          [(formal_parameters) (identifier)] @parameters
          return_type: [
            (type_annotation (_) @returns)
            (asserts_annotation (_) @returns)
            (type_predicate_annotation (_) @returns)
          ]?
          body: (_) @body)
        (function_expression
          "async"? @async
          parameters: (_) @parameters
          return_type: [
            (type_annotation (_) @returns)
            (asserts_annotation (_) @returns)
            (type_predicate_annotation (_) @returns)
          ]?
          body: (_) @body)
        (generator_function
          "async"? @async
          parameters: (_) @parameters
          return_type: [
            (type_annotation (_) @returns)
            (asserts_annotation (_) @returns)
            (type_predicate_annotation (_) @returns)
          ]?
          body: (_) @body)
      ]))) @definition.function

(pair
  key: (property_identifier) @within
  value: [
    (object) @scope.object
    (parenthesized_expression (object) @scope.object)
    (parenthesized_expression (parenthesized_expression (object) @scope.object))
    (parenthesized_expression (as_expression (object) @scope.object))
    (parenthesized_expression (satisfies_expression (object) @scope.object))
    (as_expression (object) @scope.object)
    (as_expression (parenthesized_expression (object) @scope.object))
    (as_expression (as_expression (object) @scope.object))
    (as_expression (satisfies_expression (object) @scope.object))
    (satisfies_expression (object) @scope.object)
    (satisfies_expression (parenthesized_expression (object) @scope.object))
    (satisfies_expression (as_expression (object) @scope.object))
    (satisfies_expression (satisfies_expression (object) @scope.object))
  ])

; --- classes and what stands in them

(class_declaration
  name: (type_identifier) @name
  (class_heritage
    [(extends_clause (_) @base) (implements_clause (_) @base)]*)?
  body: (class_body) @container) @definition.class

(abstract_class_declaration
  name: (type_identifier) @name
  (class_heritage
    [(extends_clause (_) @base) (implements_clause (_) @base)]*)?
  body: (class_body) @container) @definition.class

(export_statement
  "default" @name
  value: (class
    (class_heritage
      [(extends_clause (_) @base) (implements_clause (_) @base)]*)?
    body: (class_body) @container)) @definition.class

(method_definition
  "async"? @async
  name: [(property_identifier) (private_property_identifier)] @name
  parameters: (_) @parameters
  return_type: [
    (type_annotation (_) @returns)
    (asserts_annotation (_) @returns)
    (type_predicate_annotation (_) @returns)
  ]?
  body: (_) @body) @definition.method

(method_signature
  "async"? @async
  name: [(property_identifier) (private_property_identifier)] @name
  parameters: (_) @parameters
  return_type: [
    (type_annotation (_) @returns)
    (asserts_annotation (_) @returns)
    (type_predicate_annotation (_) @returns)
  ]?) @definition.method

(abstract_method_signature
  name: [(property_identifier) (private_property_identifier)] @name
  parameters: (_) @parameters
  return_type: [
    (type_annotation (_) @returns)
    (asserts_annotation (_) @returns)
    (type_predicate_annotation (_) @returns)
  ]?) @definition.method

(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  value: [
    (arrow_function
      "async"? @async
      [(formal_parameters) (identifier)] @parameters
      return_type: [
        (type_annotation (_) @returns)
        (asserts_annotation (_) @returns)
        (type_predicate_annotation (_) @returns)
      ]?
      body: (_) @body)
    (function_expression
      "async"? @async
      parameters: (_) @parameters
      return_type: [
        (type_annotation (_) @returns)
        (asserts_annotation (_) @returns)
        (type_predicate_annotation (_) @returns)
      ]?
      body: (_) @body)
    (generator_function
      "async"? @async
      parameters: (_) @parameters
      return_type: [
        (type_annotation (_) @returns)
        (asserts_annotation (_) @returns)
        (type_predicate_annotation (_) @returns)
      ]?
      body: (_) @body)
  ]) @definition.method

(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  type: (type_annotation (_) @returns)?) @definition.variable

; --- types and namespaces

(interface_declaration name: (_) @name) @definition.class
(type_alias_declaration name: (_) @name) @definition.class
(enum_declaration name: (_) @name) @definition.class
(internal_module name: [(identifier) (nested_identifier)] @name body: (_) @module) @definition.class
(module name: [(identifier) (nested_identifier)] @name body: (_) @module) @definition.class

; --- variables

(lexical_declaration (variable_declarator name: (_) @names type: (type_annotation (_) @returns)?) @part) @definition.variable
(variable_declaration (variable_declarator name: (_) @names type: (type_annotation (_) @returns)?) @part) @definition.variable

; --- imports

(import_statement (import_require_clause (identifier) @import.as source: (_) @import.from)) @definition.import
(import_alias . (identifier) @import.as . [(identifier) (nested_identifier)] @import.from) @definition.import

; --- parameters

(required_parameter pattern: [(identifier) (object_pattern) (array_pattern) (this)] @parameter.name type: (type_annotation (_) @parameter.type)? value: (_)? @parameter.default)
(optional_parameter pattern: [(identifier) (object_pattern) (array_pattern) (this)] @parameter.name "?" @parameter.optional type: (type_annotation (_) @parameter.type)? value: (_)? @parameter.default)
(required_parameter pattern: (rest_pattern (_) @parameter.name) type: (type_annotation (_) @parameter.type)?) @parameter.rest
