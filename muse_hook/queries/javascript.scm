; What JavaScript defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- functions

(function_declaration
  "async"? @async
  name: (identifier) @name
  parameters: (_) @parameters
  body: (_) @body) @definition.function

(generator_function_declaration
  "async"? @async
  name: (identifier) @name
  parameters: (_) @parameters
  body: (_) @body) @definition.function

; --- functions that are values of a name

(lexical_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (arrow_function
        "async"? @async
        [(formal_parameters) (identifier)] @parameters
        body: (_) @body)
      (function_expression
        "async"? @async
        parameters: (_) @parameters
        body: (_) @body)
      (generator_function
        "async"? @async
        parameters: (_) @parameters
        body: (_) @body)
    ]) @part) @definition.function

(variable_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (arrow_function
        "async"? @async
        [(formal_parameters) (identifier)] @parameters
        body: (_) @body)
      (function_expression
        "async"? @async
        parameters: (_) @parameters
        body: (_) @body)
      (generator_function
        "async"? @async
        parameters: (_) @parameters
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
        body: (_) @body)
      (function_expression
        "async"? @async
        parameters: (_) @parameters
        body: (_) @body)
      (generator_function
        "async"? @async
        parameters: (_) @parameters
        body: (_) @body)
    ])) @definition.function
  (#match? @parent "^[\\w$.]+$"))

(export_statement
  "default" @name
  value: [
    (arrow_function
      "async"? @async
      [(formal_parameters) (identifier)] @parameters
      body: (_) @body)
    (function_expression
      "async"? @async
      !name
      parameters: (_) @parameters
      body: (_) @body)
    (generator_function
      "async"? @async
      !name
      parameters: (_) @parameters
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
      body: (_) @body)
    (generator_function
      "async"? @async
      name: (identifier) @name
      parameters: (_) @parameters
      body: (_) @body)
  ]) @definition.function

; --- objects that are values of a name, and the functions in them

(lexical_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (object) @object
      (parenthesized_expression (object) @object)
    ]) @part) @definition.variable

(variable_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (object) @object
      (parenthesized_expression (object) @object)
    ]) @part) @definition.variable

((expression_statement
  (assignment_expression
    left: (member_expression object: [(identifier) (member_expression)]) @within
    right: [
      (object) @scope.object
      (parenthesized_expression (object) @scope.object)
    ]))
  (#match? @within "^[\\w$.]+$"))

(export_statement
  "default" @name
  value: [
    (object) @object
    (parenthesized_expression (object) @object)
  ]) @definition.variable

(pair
  key: [(property_identifier) (private_property_identifier)] @name
  value: [
    (arrow_function
      "async"? @async
      [(formal_parameters) (identifier)] @parameters
      body: (_) @body)
    (function_expression
      "async"? @async
      parameters: (_) @parameters
      body: (_) @body)
    (generator_function
      "async"? @async
      parameters: (_) @parameters
      body: (_) @body)
  ]) @definition.function

(pair
  key: (property_identifier) @name
  value: (parenthesized_expression
    [
      (arrow_function
        "async"? @async
        [(formal_parameters) (identifier)] @parameters
        body: (_) @body)
      (function_expression
        "async"? @async
        parameters: (_) @parameters
        body: (_) @body)
      (generator_function
        "async"? @async
        parameters: (_) @parameters
        body: (_) @body)
    ])) @definition.function

(pair
  key: (property_identifier) @within
  value: [
    (object) @scope.object
    (parenthesized_expression (object) @scope.object)
  ])

; --- classes and what stands in them

(class_declaration
  name: (identifier) @name
  (class_heritage (_) @base)?
  body: (class_body) @container) @definition.class

(export_statement
  "default" @name
  value: (class
    (class_heritage (_) @base)?
    body: (class_body) @container)) @definition.class

(method_definition
  "async"? @async
  name: [(property_identifier) (private_property_identifier)] @name
  parameters: (_) @parameters
  body: (_) @body) @definition.method

(field_definition
  property: [(property_identifier) (private_property_identifier)] @name
  value: [
    (arrow_function
      "async"? @async
      [(formal_parameters) (identifier)] @parameters
      body: (_) @body)
    (function_expression
      "async"? @async
      parameters: (_) @parameters
      body: (_) @body)
    (generator_function
      "async"? @async
      parameters: (_) @parameters
      body: (_) @body)
  ]) @definition.method

(field_definition property: [(property_identifier) (private_property_identifier)] @name) @definition.variable

; --- variables

(lexical_declaration (variable_declarator name: (_) @names) @part) @definition.variable
(variable_declaration (variable_declarator name: (_) @names) @part) @definition.variable

; --- parameters

(object_pattern) @parameter.name
(array_pattern) @parameter.name
(assignment_pattern left: (_) @parameter.name right: (_) @parameter.default)
(rest_pattern (_) @parameter.name) @parameter.rest
