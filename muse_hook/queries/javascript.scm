; What JavaScript defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- wrappers

(export_statement declaration: (_) @declaration)

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

; --- tests, by their titles

((expression_statement
  (call_expression
    function: [
      (identifier) @runner
      (member_expression object: (identifier) @runner)
      (member_expression object: (member_expression object: (identifier) @runner))
      (call_expression
        function: [
          (member_expression object: (identifier) @runner)
          (member_expression object: (member_expression object: (identifier) @runner))
        ])
    ]
    arguments: (arguments
      .
      [(string) (template_string) (identifier) (member_expression)] @title
      [
        (arrow_function body: (statement_block) @tests)
        (function_expression body: (_) @tests)
      ]))) @definition.test
  (#any-of? @runner "describe" "context" "suite" "fdescribe" "xdescribe" "xcontext"))

((expression_statement
  (call_expression
    function: [
      (identifier) @runner
      (member_expression object: (identifier) @runner)
      (member_expression object: (member_expression object: (identifier) @runner))
      (call_expression
        function: [
          (member_expression object: (identifier) @runner)
          (member_expression object: (member_expression object: (identifier) @runner))
        ])
    ]
    arguments: (arguments
      .
      [(string) (template_string) (identifier) (member_expression)] @title
      [
        (arrow_function body: (_) @body)
        (function_expression body: (_) @body)
        (generator_function body: (_) @body)
        (call_expression) @body
      ]))) @definition.test
  (#any-of? @runner "it" "test" "specify" "bench" "fit" "xit" "xtest" "xspecify"))

; --- variables

(lexical_declaration (variable_declarator name: (_) @names) @part) @definition.variable
(variable_declaration (variable_declarator name: (_) @names) @part) @definition.variable
((export_statement "default" @name value: (_) @_value) @definition.variable
  (#not-match? @_value "^(async\\s+)?function\\b\\s*[*]?\\s*[\\w$]"))

(identifier) @name
(shorthand_property_identifier_pattern) @name
(object_pattern (_) @names)
(object_assignment_pattern left: (_) @names)
(pair_pattern value: (_) @names)
(array_pattern (_) @names)
(assignment_pattern left: (_) @names)
(rest_pattern (_) @names)

; --- imports

(import_statement (import_clause (identifier) @import.as) source: (_) @import.from) @definition.import
(import_statement
  (import_clause (namespace_import "*" @import.of (identifier) @import.as))
  source: (_) @import.from) @definition.import
(import_statement
  (import_clause
    (named_imports
      (import_specifier
        name: [(_) "default"] @import.of
        alias: (_)? @import.as)))
  source: (_) @import.from) @definition.import
(import_statement . (string) @import.of) @definition.import

; --- blocks whose definitions count, and what guards them

(statement_block) @scope.block
(if_statement condition: (_) @guard consequence: (statement_block) @scope.if)
(if_statement
  condition: (_) @guard
  consequence: [
    (expression_statement)
    (variable_declaration)
    (function_declaration)
    (if_statement)
    (try_statement)
  ] @scope.if @alone)
(if_statement condition: (_) @guard alternative: (else_clause) @scope.else)
(try_statement body: (_) @scope.try)
(try_statement handler: (catch_clause parameter: (_)? @guard body: (_) @scope.catch))
(try_statement finalizer: (finally_clause body: (_) @scope.finally))

; --- parameters

(identifier) @parameter.name
(object_pattern) @parameter.name
(array_pattern) @parameter.name
(assignment_pattern left: (_) @parameter.name right: (_) @parameter.default)
(rest_pattern (_) @parameter.name) @parameter.rest

; --- calls

(call_expression function: (identifier) @call)
(call_expression function: (member_expression property: (_) @call))
(new_expression constructor: (identifier) @call)
(new_expression constructor: (member_expression property: (_) @call))
