; What JavaScript and TypeScript define alike. `muse_hook/symbols/outline.py` says what the captures mean.

; --- wrappers

(export_statement declaration: (_) @declaration)

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

; --- calls

(call_expression function: (identifier) @call)
(call_expression function: (member_expression property: (_) @call))
(new_expression constructor: (identifier) @call)
(new_expression constructor: (member_expression property: (_) @call))
