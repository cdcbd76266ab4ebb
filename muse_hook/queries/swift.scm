; What Swift defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- types: an extension is a definition of its type

(class_declaration
  name: (user_type (type_identifier)+ @name.words)
  (inheritance_specifier)* @base
  body: (_) @container) @definition.class
(class_declaration name: (_) @name (inheritance_specifier)* @base body: (_) @container) @definition.class
(protocol_declaration name: (_) @name (inheritance_specifier)* @base body: (_) @container) @definition.class
(typealias_declaration name: (type_identifier) @name) @definition.class
(associatedtype_declaration name: (type_identifier) @name) @definition.class

; --- functions

(function_declaration
  name: [(simple_identifier) "==" "<" ">" "<=" ">=" "!=" "+" "-" "*" "/" "===" "!==" "!" "%" "..." "..<" (custom_operator)] @name
  (parameter)* @parameters
  name: [(user_type) (optional_type) (array_type) (dictionary_type) (tuple_type) (function_type) (opaque_type) (existential_type) (protocol_composition_type)]? @returns
  "async"? @async
  body: (_)? @body) @definition.function
(protocol_function_declaration
  name: [(simple_identifier) "==" "<" ">" "<=" ">=" "!=" "+" "-" "*" "/" "===" "!==" "!" "%" "..." "..<" (custom_operator)] @name
  (parameter)* @parameters
  name: [(user_type) (optional_type) (array_type) (dictionary_type) (tuple_type)]? @returns) @definition.function
(init_declaration name: "init" @name (parameter)* @parameters body: (_)? @body) @definition.method
(deinit_declaration "deinit" @name body: (_) @body) @definition.method

; --- properties

(subscript_declaration
  "subscript" @name
  (parameter)* @parameters
  [(user_type) (optional_type) (array_type) (dictionary_type) (tuple_type) (function_type) (opaque_type) (existential_type) (protocol_composition_type)]? @returns) @definition.variable
(property_declaration name: (pattern) @names @part (type_annotation (_) @returns)?) @definition.variable
(protocol_property_declaration name: (pattern) @names (type_annotation (_) @returns)?) @definition.variable
(pattern bound_identifier: (_) @name)
(pattern (pattern) @names)

; --- imports

(import_declaration (identifier) @import.of) @definition.import

; --- parameters

(parameter name: (simple_identifier) @parameter.name name: [(user_type) (optional_type) (array_type) (dictionary_type) (tuple_type) (function_type) (opaque_type) (existential_type) (protocol_composition_type)]? @parameter.type)

; --- calls

(call_expression . (simple_identifier) @call)
(call_expression . (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @call)))
