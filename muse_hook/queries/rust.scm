; What Rust defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- functions and macros

(function_item
  (function_modifiers "async" @async)?
  name: (_) @name
  parameters: (_) @parameters
  return_type: (_)? @returns
  body: (_) @body) @definition.function

(function_signature_item
  (function_modifiers "async" @async)?
  name: (_) @name
  parameters: (_) @parameters
  return_type: (_)? @returns) @definition.function

(macro_definition name: (_) @name) @definition.function

; --- types

(struct_item name: (_) @name) @definition.class
(enum_item name: (_) @name) @definition.class
(union_item name: (_) @name) @definition.class
(type_item name: (_) @name) @definition.class
(associated_type name: (_) @name) @definition.class
(trait_item name: (_) @name bounds: (trait_bounds (_)* @base)? body: (_) @container) @definition.class
(mod_item name: (_) @name body: (_) @module) @definition.class

(impl_item
  trait: (_)? @base
  type: [
    (type_identifier) @name
    (primitive_type) @name
    (scoped_type_identifier name: (_) @name)
    (generic_type
      type: [
        (type_identifier) @name
        (scoped_type_identifier name: (_) @name)
      ])
    (reference_type
      type: [
        (type_identifier) @name
        (primitive_type) @name
        (scoped_type_identifier name: (_) @name)
        (generic_type
          type: [
            (type_identifier) @name
            (scoped_type_identifier name: (_) @name)
          ])
        (reference_type
          type: [
            (type_identifier) @name
            (primitive_type) @name
            (scoped_type_identifier name: (_) @name)
            (generic_type type: (type_identifier) @name)
          ])
      ])
  ]
  body: (_) @container) @definition.class

(foreign_mod_item (extern_modifier) @header body: (_) @through)

; --- constants

(const_item name: (_) @name type: (_)? @returns) @definition.variable
(static_item name: (_) @name type: (_)? @returns) @definition.variable

; --- imports

(use_declaration argument: (_) @import.tree) @definition.import
(extern_crate_declaration name: (_) @import.of alias: (_)? @import.as) @definition.import

(scoped_use_list path: (_)? @tree.from list: (use_list (_)* @tree.each))
(use_list (_)* @tree.each)
(use_wildcard (_)? @tree.from) @tree.all
(use_as_clause path: (self) @tree.self alias: (_) @tree.as)
(use_as_clause path: [(identifier) (crate) (super) (scoped_identifier)] @tree.path alias: (_) @tree.as)
(self) @tree.self
(identifier) @tree.path
(crate) @tree.path
(super) @tree.path
(scoped_identifier) @tree.path

; --- parameters

(parameter pattern: [(_) "_"] @parameter.name type: (_) @parameter.type)
(self_parameter) @parameter.name
(variadic_parameter) @parameter.name

; --- calls

(call_expression function: (identifier) @call)
(call_expression function: (scoped_identifier name: (_) @call))
(call_expression function: (field_expression field: (_) @call))
(call_expression function: (generic_function function: (identifier) @call))
(call_expression function: (generic_function function: (scoped_identifier name: (_) @call)))
(call_expression function: (generic_function function: (field_expression field: (_) @call)))
(macro_invocation macro: (identifier) @call)
