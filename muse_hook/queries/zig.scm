; What Zig defines: functions, types, constants, tests. `muse_hook/symbols/outline.py` says what
; the captures mean.

(function_declaration name: (_) @name (parameters) @parameters type: (_)? @returns body: (_)? @body) @definition.function

(variable_declaration . (identifier) @name (struct_declaration "{" @header) @container) @definition.class
(variable_declaration . (identifier) @name (union_declaration "{" @header) @container) @definition.class
(variable_declaration . (identifier) @name (enum_declaration "{" @header) @container) @definition.class
(variable_declaration . (identifier) @name (opaque_declaration "{" @header) @container) @definition.class
(variable_declaration . (identifier) @name) @definition.variable

(test_declaration (string) @title (block) @body) @definition.test
(test_declaration (identifier) @title (block) @body) @definition.test
