; What SQL makes. `muse_hook/symbols/outline.py` says what the captures mean.

(statement
  [
    (create_table)
    (create_view)
    (create_materialized_view)
    (create_type)
    (create_function)
    (create_procedure)
    (create_trigger)
    (create_index)
    (create_sequence)
  ] @declaration)
(create_table (object_reference name: (_) @name)) @definition.class
(create_view (object_reference name: (_) @name)) @definition.class
(create_materialized_view (object_reference name: (_) @name)) @definition.class
(create_type (object_reference name: (_) @name)) @definition.class
(create_function (keyword_function) . (object_reference name: (_) @name) (function_body)? @body) @definition.function
(create_procedure (keyword_procedure) . (object_reference name: (_) @name) (procedure_body)? @body) @definition.function
(create_trigger (keyword_trigger) . (object_reference name: (_) @name)) @definition.function
(create_index column: (identifier) @name) @definition.variable
(create_sequence (object_reference name: (_) @name)) @definition.variable

; What `statements_apart` spells of a statement that the grammar cannot read.
((statement (set_statement (object_reference . (identifier) @kind name: (_) @name) (literal)) @definition.class)
  (#match? @kind "^ß[TVY](_|$)"))
((statement (set_statement (object_reference . (identifier) @kind name: (_) @name) (literal)) @definition.function)
  (#match? @kind "^ß[FPR](_|$)"))
((statement (set_statement (object_reference . (identifier) @kind name: (_) @name) (literal)) @definition.variable)
  (#match? @kind "^ß[IS](_|$)"))

(invocation (object_reference name: (_) @call))
