; What Go defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- tests: what runs others is a function that holds them

((function_declaration name: (identifier) @name body: (block (statement_list) @tests)) @definition.function
  (#match? @name "^(Test|Benchmark|Fuzz|Example)"))

((expression_statement
  (call_expression
    function: (selector_expression operand: (identifier) field: (field_identifier) @runner)
    arguments: (argument_list
      .
      [(interpreted_string_literal) (raw_string_literal)] @title
      (func_literal body: (block (statement_list) @tests))))) @definition.test
  (#eq? @runner "Run"))

((expression_statement
  (call_expression
    function: (selector_expression operand: (identifier) field: (field_identifier) @runner)
    arguments: (argument_list
      .
      [(interpreted_string_literal) (raw_string_literal)] @title
      [
        (func_literal body: (_) @body)
        (identifier)
        (call_expression)
        (selector_expression)
      ]))) @definition.test
  (#eq? @runner "Run"))

; --- functions and methods

(function_declaration
  name: (identifier) @name
  parameters: (_) @parameters
  result: (_)? @returns
  body: (_)? @body) @definition.function

(method_declaration
  receiver: (parameter_list
    (parameter_declaration
      type: [
        (type_identifier) @parent
        (pointer_type (type_identifier) @parent)
        (generic_type type: (type_identifier) @parent)
        (pointer_type (generic_type type: (type_identifier) @parent))
      ]))
  name: (field_identifier) @name
  parameters: (_) @parameters
  result: (_)? @returns
  body: (_)? @body) @definition.method

; --- types, constants, variables: each of a group by itself

(type_declaration (type_spec name: (_) @name) @definition.class)
(type_declaration (type_alias name: (_) @name) @definition.class)
(const_declaration (const_spec name: (identifier)+ @name type: (_)? @returns) @definition.variable)
(var_declaration (var_spec name: (identifier)+ @name type: (_)? @returns) @definition.variable)
(var_declaration (var_spec_list (var_spec name: (identifier)+ @name type: (_)? @returns) @definition.variable))

; --- imports: each of a group by itself, too

(import_declaration (import_spec . path: (_) @import.of) @definition.import)
(import_declaration (import_spec name: (package_identifier) @import.as path: (_) @import.of) @definition.import)
(import_declaration (import_spec name: (blank_identifier) @import.from path: (_) @import.of) @definition.import)
(import_declaration (import_spec name: (dot) @import.all path: (_) @import.from) @definition.import)
(import_declaration
  (import_spec_list
    [
      (import_spec . path: (_) @import.of)
      (import_spec name: (package_identifier) @import.as path: (_) @import.of)
      (import_spec name: (blank_identifier) @import.from path: (_) @import.of)
      (import_spec name: (dot) @import.all path: (_) @import.from)
    ] @definition.import))

; --- parameters

(parameter_declaration name: (identifier)+ @parameter.name type: (_) @parameter.type)
(variadic_parameter_declaration name: (identifier) @parameter.name type: (_) @parameter.type) @parameter.rest

; --- calls

(call_expression function: (identifier) @call)
(call_expression function: (selector_expression field: (_) @call))
