; What PowerShell defines: functions, filters, classes with their methods and properties, enumerations.
; `muse_hook/symbols/outline.py` says what the captures mean.

(function_statement
  (function_name) @name
  (function_parameter_declaration)? @parameters
  (script_block)? @body) @definition.function

(class_statement . (simple_name) @name "{" @header) @container @definition.class
(enum_statement (simple_name) @name) @definition.class
(class_property_definition (variable) @name) @definition.variable
(class_method_definition
  (simple_name) @name
  (class_method_parameter_list)? @parameters
  (script_block)? @body) @definition.function
