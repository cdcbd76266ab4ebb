; What C# defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- namespaces are looked through

(namespace_declaration name: (_) @header body: (_) @through)
(preproc_if condition: (_) @guard) @scope.if
(preproc_elif condition: (_) @guard) @scope.elif
(preproc_else) @scope.else

; --- types

(class_declaration name: (_) @name (base_list (_)* @base)? body: (declaration_list) @container) @definition.class
((struct_declaration name: (_) @name (base_list (_)* @base)? body: (declaration_list) @container) @definition.class
  (#not-match? @name "^ß"))
((struct_declaration name: (_) @header body: (declaration_list) @through) (#match? @header "^ß"))
(interface_declaration name: (_) @name (base_list (_)* @base)? body: (declaration_list) @container) @definition.class
(record_declaration name: (_) @name (base_list (_)* @base)? body: (declaration_list) @container) @definition.class
(class_declaration name: (_) @name !body) @definition.class
(struct_declaration name: (_) @name !body) @definition.class
(interface_declaration name: (_) @name !body) @definition.class
(record_declaration name: (_) @name !body) @definition.class
(enum_declaration name: (_) @name) @definition.class
(delegate_declaration type: (_) @returns name: (_) @name parameters: (_) @parameters) @definition.class

; --- members

(method_declaration
  (modifier "async" @async)?
  returns: (_) @returns
  name: (_) @name
  parameters: (_) @parameters
  body: (_)? @body) @definition.method

(constructor_declaration name: (_) @name parameters: (_) @parameters body: (_)? @body) @definition.method
(destructor_declaration "~" @name.before name: (_) @name parameters: (_) @parameters body: (_)? @body) @definition.method
(operator_declaration
  type: (_) @returns
  "operator" @name.before
  operator: _ @name
  parameters: (_) @parameters
  body: (_)? @body) @definition.method

(indexer_declaration type: (_) @returns "this" @name) @definition.variable
(property_declaration type: (_) @returns name: (_) @name) @definition.variable
(event_declaration type: (_) @returns name: (_) @name) @definition.variable
(field_declaration (variable_declaration type: (_) @returns (variable_declarator name: (_) @name) @part)) @definition.variable
(event_field_declaration (variable_declaration type: (_) @returns (variable_declarator name: (_) @name) @part)) @definition.variable

; --- imports

(using_directive name: (identifier) @import.as (_) @import.of) @definition.import
(using_directive
  !name
  [
    (identifier)
    (qualified_name)
    (alias_qualified_name)
    (generic_name)
  ] @import.from) @definition.import @import.all

; --- parameters

(parameter (modifier)* @parameter.type type: (_)? @parameter.type name: (_) @parameter.name)
(identifier) @parameter.name

; --- calls

(invocation_expression function: (identifier) @call)
(invocation_expression function: (generic_name (identifier) @call))
(invocation_expression function: (member_access_expression name: (identifier) @call))
(invocation_expression function: (member_access_expression name: (generic_name (identifier) @call)))
(object_creation_expression type: (identifier) @call)
(object_creation_expression type: (generic_name (identifier) @call))
