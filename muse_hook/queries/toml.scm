; What TOML defines: tables and keys by their paths. `muse_hook/symbols/outline.py` says what the captures mean.

(table [(bare_key) (quoted_key) (dotted_key)] @name.path "]" @header) @definition.class @container
(table_array_element [(bare_key) (quoted_key) (dotted_key)] @name.path) @definition.variable

(pair . [(bare_key) (quoted_key) (dotted_key)] @name.path (inline_table) @container) @definition.class
(pair . [(bare_key) (quoted_key) (dotted_key)] @name.path) @definition.variable
