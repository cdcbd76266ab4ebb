; What Java defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- types, and what stands in them

(class_declaration
  name: (identifier) @name
  superclass: (superclass (_) @base)?
  interfaces: (super_interfaces (type_list (_)* @base))?
  body: (_) @container) @definition.class

(interface_declaration
  name: (identifier) @name
  (extends_interfaces (type_list (_)* @base))?
  body: (_) @container) @definition.class

(enum_declaration
  name: (identifier) @name
  interfaces: (super_interfaces (type_list (_)* @base))?
  body: (_) @container) @definition.class

(record_declaration
  name: (identifier) @name
  interfaces: (super_interfaces (type_list (_)* @base))?
  body: (_) @container) @definition.class

(annotation_type_declaration name: (identifier) @name body: (_) @container) @definition.class

(enum_body_declarations) @through

(method_declaration
  type: (_) @returns
  name: (identifier) @name
  parameters: (_) @parameters
  body: (_)? @body) @definition.method

(constructor_declaration
  name: (identifier) @name
  parameters: (_) @parameters
  body: (_) @body) @definition.method

(compact_constructor_declaration name: (identifier) @name body: (_) @body) @definition.method
(annotation_type_element_declaration type: (_) @returns name: (identifier) @name) @definition.method

(field_declaration type: (_) @returns declarator: (variable_declarator name: (identifier) @name) @part) @definition.variable
(constant_declaration type: (_) @returns declarator: (variable_declarator name: (identifier) @name) @part) @definition.variable

; --- imports

(import_declaration (scoped_identifier scope: (_) @import.from name: (_) @import.of) .) @definition.import
(import_declaration (identifier) @import.of .) @definition.import
(import_declaration [(scoped_identifier) (identifier)] @import.from (asterisk) @import.all) @definition.import

; --- parameters

(formal_parameter type: (_) @parameter.type name: (_) @parameter.name)
(spread_parameter
  [
    (type_identifier)
    (scoped_type_identifier)
    (generic_type)
    (array_type)
    (integral_type)
    (floating_point_type)
    (boolean_type)
    (annotated_type)
  ] @parameter.type
  (variable_declarator name: (_) @parameter.name)) @parameter.rest

; --- calls

(method_invocation name: (_) @call)
(object_creation_expression type: (type_identifier) @call)
(object_creation_expression type: (generic_type (type_identifier) @call))
