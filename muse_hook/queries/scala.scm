; What Scala defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- types, and what stands in them

(package_clause body: (_) @through)
(class_definition
  name: (_) @name
  class_parameters: (_)* @parameters
  extend: (_)? @base
  body: (_) @container) @definition.class
(class_definition name: (_) @name class_parameters: (_)* @parameters extend: (_)? @base) @definition.class
(trait_definition
  name: (_) @name
  class_parameters: (_)* @parameters
  extend: (_)? @base
  body: (_) @container) @definition.class
(trait_definition name: (_) @name class_parameters: (_)* @parameters extend: (_)? @base) @definition.class
(object_definition name: (_) @name extend: (_)? @base body: (_) @container) @definition.class
(object_definition name: (_) @name extend: (_)? @base) @definition.class
(package_object name: (_) @name body: (_) @container) @definition.class
(enum_definition name: (_) @name class_parameters: (_)* @parameters body: (_) @container) @definition.class
(type_definition name: (_) @name) @definition.class

; --- functions and values

(function_definition
  name: (_) @name
  (parameters)* @parameters
  return_type: (_)? @returns
  body: (_) @body) @definition.function
(function_declaration
  name: (_) @name
  (parameters)* @parameters
  return_type: (_)? @returns) @definition.function
(val_definition pattern: (_) @names type: (_)? @returns) @definition.variable
(var_definition pattern: (_) @names type: (_)? @returns) @definition.variable
(val_declaration name: (_) @name type: (_) @returns) @definition.variable
(var_declaration name: (_) @name type: (_) @returns) @definition.variable
(given_definition name: (_) @name) @definition.variable
(extension_definition parameters: (_) @header body: (template_body) @through)
(extension_definition parameters: (_) @header body: (function_definition) @through @alone)

(identifiers (_)* @names)
(tuple_pattern (_)* @names)
(typed_pattern . (_) @names)
(case_class_pattern pattern: (_)* @names)
(identifier) @name
(operator_identifier) @name

; --- imports

(import_declaration) @definition.import @import.tree
(import_declaration path: _* @tree.from (namespace_selectors (_)* @tree.each))
(import_declaration path: _* @tree.from (namespace_wildcard)) @tree.all
(import_declaration path: _* @tree.path)
(arrow_renamed_identifier name: (_) @tree.path alias: (_) @tree.as)
(as_renamed_identifier name: (_) @tree.path alias: (_) @tree.as)
(namespace_wildcard) @tree.all
(identifier) @tree.path

; --- parameters

(parameter name: (_) @parameter.name type: (_)? @parameter.type default_value: (_)? @parameter.default)
(class_parameter name: (_) @parameter.name type: (_)? @parameter.type default_value: (_)? @parameter.default)

; --- calls

(call_expression function: (identifier) @call)
(call_expression function: (field_expression field: (identifier) @call))
