; What C defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- functions, with what a result that is a pointer nests them in

(function_definition
  type: (_)? @returns
  declarator: [
    (function_declarator declarator: (_) @names parameters: (_) @parameters)
    (pointer_declarator declarator: (function_declarator declarator: (_) @names parameters: (_) @parameters))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: (_) @names parameters: (_) @parameters)))
  ]
  body: (_) @body) @definition.function

; --- types

(field_declaration type: (struct_specifier name: (_) @name body: (_))) @definition.class
(field_declaration type: (union_specifier name: (_) @name body: (_))) @definition.class
(type_definition declarator: (_) @names) @definition.class
