; What Haskell defines: functions by all their equations, types, classes and instances. `muse_hook/symbols/outline.py` says what
; the captures mean.

(declarations) @through

(signature name: [(variable) @name (prefix_id (operator) @name)]) @definition.function
(function name: (_) @name patterns: (_)? @parameters) @definition.function
(function (infix operator: (_) @name)) @definition.function
(bind name: (_) @name) @definition.function

(data_type name: (_) @name) @definition.class
(newtype name: (_) @name) @definition.class
(type_synonym name: (_) @name) @definition.class
(class name: (_) @name declarations: (class_declarations) @container) @definition.class
(class name: (_) @name) @definition.class
(instance name: (_) @name.words patterns: (_) @name.words) @definition.class
