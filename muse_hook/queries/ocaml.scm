; What OCaml defines: values, functions, types, modules. `muse_hook/symbols/outline.py` says what
; the captures mean.

(value_definition (let_binding pattern: (value_name) @name (parameter)+ body: (_) @body) @part) @definition.function
(value_definition (let_binding pattern: (value_name) @name) @part) @definition.variable
(value_specification (value_name) @name (function_type)) @definition.function
(value_specification (value_name) @name) @definition.variable
(external (value_name) @name) @definition.function

(type_definition (type_binding name: (type_constructor) @name) @part) @definition.class
(exception_definition (constructor_declaration (constructor_name) @name)) @definition.class
(class_definition (class_binding name: (_) @name) @part) @definition.class

(module_definition (module_binding (module_name) @name body: (structure) @module)) @definition.class
(module_definition (module_binding (module_name) @name)) @definition.class
(module_type_definition (module_type_name) @name body: (signature) @module) @definition.class
(module_type_definition (module_type_name) @name) @definition.class
