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

(export_statement
  declaration: [
    (function_declaration
      "async"? @async
      name: (identifier) @name
      parameters: (_) @parameters
      body: (_) @body)
    (generator_function_declaration
      "async"? @async
      name: (identifier) @name
      parameters: (_) @parameters
      body: (_) @body)
  ]) @definition.function

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
    ])) @definition.function

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
    ])) @definition.function

(export_statement
  declaration: (lexical_declaration
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
      ]))) @definition.function

(expression_statement
  (assignment_expression
    left: (member_expression
      object: (_) @parent
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
    ])) @definition.function

(export_statement
  "default" @name
  value: [
    (arrow_function
      "async"? @async
      [(formal_parameters) (identifier)] @parameters
      body: (_) @body)
    (function_expression
      "async"? @async
      parameters: (_) @parameters
      body: (_) @body)
  ]) @definition.function

; --- classes and what stands in them

(class_declaration
  name: (identifier) @name
  (class_heritage (_) @base)?
  body: (class_body) @container) @definition.class

(export_statement
  declaration: (class_declaration
    name: (identifier) @name
    (class_heritage (_) @base)?
    body: (class_body) @container)) @definition.class

(method_definition
  "async"? @async
  name: (_) @name
  parameters: (_) @parameters
  body: (_) @body) @definition.method

(field_definition
  property: (_) @name
  value: (arrow_function
    "async"? @async
    [(formal_parameters) (identifier)] @parameters
    body: (_) @body)) @definition.method

; --- variables

(lexical_declaration (variable_declarator name: (_) @names)) @definition.variable
(variable_declaration (variable_declarator name: (_) @names)) @definition.variable
(export_statement declaration: (lexical_declaration (variable_declarator name: (_) @names))) @definition.variable
(export_statement declaration: (variable_declaration (variable_declarator name: (_) @names))) @definition.variable
(export_statement "default" @name value: (_)) @definition.variable

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
        name: (_) @import.of
        alias: (_)? @import.as)))
  source: (_) @import.from) @definition.import
(import_statement . (string) @import.of) @definition.import

; --- blocks whose definitions count, and what guards them

(statement_block) @scope.block
(if_statement condition: (_) @guard consequence: (_) @scope.if)
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
