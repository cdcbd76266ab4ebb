; What PHP defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- namespaces and conditions are looked through

(namespace_definition name: (_)? @header body: (_) @through)
(if_statement condition: (_) @guard body: (_) @scope.if)
(if_statement alternative: (else_if_clause condition: (_) @guard body: (_) @scope.elif))
(if_statement alternative: (else_clause body: (_) @scope.else))
(try_statement body: (_) @scope.try)
(try_statement (catch_clause type: (_) @guard body: (_) @scope.except))
(try_statement (finally_clause body: (_) @scope.finally))
(compound_statement) @through

; --- types, and what stands in them

(class_declaration
  name: (_) @name
  (base_clause (_)* @base)?
  (class_interface_clause (_)* @base)?
  body: (_) @container) @definition.class
(interface_declaration
  name: (_) @name
  (base_clause (_)* @base)?
  body: (_) @container) @definition.class
(trait_declaration name: (_) @name body: (_) @container) @definition.class
(enum_declaration
  name: (_) @name
  (class_interface_clause (_)* @base)?
  body: (_) @container) @definition.class

; --- functions, properties, constants

(function_definition
  name: (_) @name
  parameters: (_) @parameters
  return_type: (_)? @returns
  body: (_) @body) @definition.function
(method_declaration
  name: (_) @name
  parameters: (_) @parameters
  return_type: (_)? @returns
  body: (_)? @body) @definition.method
(property_declaration type: (_)? @returns (property_element name: (_) @name) @part) @definition.variable
(const_declaration (const_element . (name) @name) @part) @definition.variable

; --- imports

(namespace_use_declaration) @definition.import @import.tree
(namespace_use_declaration
  (namespace_name) @tree.from
  body: (namespace_use_group (namespace_use_clause)* @tree.each))
(namespace_use_declaration (namespace_use_clause)* @tree.each)
(namespace_use_clause [(qualified_name) (name)] @tree.path alias: (_)? @tree.as)

; --- parameters

(simple_parameter type: (_)? @parameter.type name: (_) @parameter.name default_value: (_)? @parameter.default)
(property_promotion_parameter
  type: (_)? @parameter.type
  name: (_) @parameter.name
  default_value: (_)? @parameter.default)
(variadic_parameter type: (_)? @parameter.type name: (_) @parameter.name) @parameter.rest

; --- calls

(function_call_expression function: (name) @call)
(function_call_expression function: (qualified_name (name) @call .))
(member_call_expression name: (name) @call)
(nullsafe_member_call_expression name: (name) @call)
(scoped_call_expression name: (name) @call)
(object_creation_expression (name) @call)
(object_creation_expression (qualified_name (name) @call .))
