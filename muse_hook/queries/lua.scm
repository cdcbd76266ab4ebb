; What Lua defines. `muse_hook/symbols/outline.py` says what the captures mean.

(function_declaration name: (_) @name parameters: (_) @parameters body: (_)? @body) @definition.function
(assignment_statement
  (variable_list name: (_) @name)
  (expression_list value: (function_definition parameters: (_) @parameters body: (_)? @body))) @definition.function
(variable_declaration
  (assignment_statement
    (variable_list name: (_) @name)
    (expression_list . value: (function_definition parameters: (_) @parameters body: (_)? @body) .))) @definition.function
(assignment_statement (variable_list) @names) @definition.variable
(variable_declaration (assignment_statement (variable_list) @names)) @definition.variable
(variable_declaration (variable_list) @names) @definition.variable

(variable_list name: (identifier) @names)
(identifier) @name

; --- conditions and blocks are looked through

(if_statement condition: (_) @guard) @scope.if
(elseif_statement condition: (_) @guard) @scope.elif
(else_statement) @scope.else
(do_statement) @through
(block) @through

(identifier) @parameter.name
(vararg_expression) @parameter.name @parameter.rest

(function_call name: (identifier) @call)
(function_call name: (dot_index_expression field: (identifier) @call))
(function_call name: (method_index_expression method: (identifier) @call))
