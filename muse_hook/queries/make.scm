; What Make defines: targets with their recipes, variables. `muse_hook/symbols/outline.py` says what
; the captures mean.

(rule (targets (_)+ @name) (recipe)? @body) @definition.function
(variable_assignment name: (_) @name) @definition.variable
(shell_assignment name: (_) @name) @definition.variable
(define_directive name: (_) @name) @definition.function

; --- looked through

(conditional condition: (_) @guard) @scope.conditional
(elsif_directive condition: (_) @guard) @scope.elsif
(else_directive) @scope.else
