; What Objective-C defines: classes, their categories and extensions, protocols, methods by their selectors, and what C
; does. `muse_hook/symbols/outline.py` says what the captures mean.

; --- classes: an interface, an implementation and categories are one; their bodies begin behind the last of the header

(implementation_definition (_) @through @alone)
(qualified_protocol_interface_declaration ["@required" "@optional"] @guard) @scope.protocol
(class_interface . (identifier) @name category: (_) . (parameterized_arguments) @header) @container @definition.class
(class_interface . (identifier) @name category: (_) @header) @container @definition.class
(class_interface . (identifier) @name superclass: (_) . (parameterized_arguments) @header) @container @definition.class
(class_interface . (identifier) @name superclass: (_) @header) @container @definition.class
(class_interface . (identifier) @name . (parameterized_arguments) @header) @container @definition.class
(class_interface . (identifier) @name @header) @container @definition.class
(class_implementation . (identifier) @name category: (_) @header) @container @definition.class
(class_implementation . (identifier) @name superclass: (_) @header) @container @definition.class
(class_implementation . (identifier) @name @header) @container @definition.class
(protocol_declaration . (identifier) @name . (protocol_reference_list) @header) @container @definition.class
(protocol_declaration . (identifier) @name @header) @container @definition.class

; --- members

(method_declaration [(identifier) (method_parameter)]+ @name.selector) @definition.function

(method_definition
  (method_type)? @returns
  [(identifier) (method_parameter)]+ @name.selector
  (compound_statement) @body) @definition.function

(property_declaration (struct_declaration (struct_declarator (_) @names @part))) @definition.variable
(block_pointer_declarator declarator: (_) @names)

; --- imports

(module_import path: (_) @import.from @import.all) @definition.import

; --- calls

(message_expression method: (_) @call)
