; What Julia defines: modules, types, functions, macros, constants. `muse_hook/symbols/outline.py` says what
; the captures mean.

(module_definition name: (_) @name @header) @definition.class @module

(function_definition (signature (call_expression . (_) @name.spelled (argument_list) @parameters))) @definition.function
(function_definition (signature (typed_expression . (call_expression . (_) @name.spelled (argument_list) @parameters)))) @definition.function
(function_definition (signature (where_expression . (call_expression . (_) @name.spelled (argument_list) @parameters)))) @definition.function
(function_definition (signature (where_expression . (typed_expression . (call_expression . (_) @name.spelled (argument_list) @parameters))))) @definition.function
(function_definition (signature (identifier) @name.spelled)) @definition.function
(assignment . (call_expression . (_) @name.spelled (argument_list) @parameters)) @definition.function
(assignment . (typed_expression . (call_expression . (_) @name.spelled (argument_list) @parameters))) @definition.function
(assignment . (where_expression . (call_expression . (_) @name.spelled (argument_list) @parameters))) @definition.function
(assignment . (where_expression . (typed_expression . (call_expression . (_) @name.spelled (argument_list) @parameters)))) @definition.function
(macro_definition (signature (call_expression . (identifier) @name (argument_list) @parameters))) @definition.function

(abstract_definition
  (type_head
    [
      (identifier) @name
      (parametrized_type_expression . (identifier) @name)
      (binary_expression . (identifier) @name)
      (binary_expression . (parametrized_type_expression . (identifier) @name))
    ])) @definition.class
(struct_definition
  (type_head
    [
      (identifier) @name
      (parametrized_type_expression . (identifier) @name)
      (binary_expression . (identifier) @name)
      (binary_expression . (parametrized_type_expression . (identifier) @name))
    ])) @definition.class
(primitive_definition
  (type_head
    [
      (identifier) @name
      (parametrized_type_expression . (identifier) @name)
      (binary_expression . (identifier) @name)
      (binary_expression . (parametrized_type_expression . (identifier) @name))
    ])) @definition.class

(const_statement (assignment . (identifier) @name)) @definition.variable
(const_statement (assignment . (typed_expression . (identifier) @name))) @definition.variable
(global_statement (assignment . (identifier) @name)) @definition.variable
(assignment . (identifier) @name) @definition.variable
