; What Bash defines. `muse_hook/symbols/outline.py` says what the captures mean.

(function_definition name: (word) @name body: (_) @body) @definition.function
(if_statement) @scope.if
(elif_clause) @scope.elif
(else_clause) @scope.else
(compound_statement) @through

(command name: (command_name (word) @call))
