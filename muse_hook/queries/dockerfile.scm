; What a Dockerfile defines: stages, with what stands below them, and the variables of each. `muse_hook/symbols/outline.py`
; says what the captures mean.

(from_instruction as: (image_alias) @name.spelled) @heading.1
(from_instruction "FROM" @name.spelled !as (image_spec name: (image_name) @name.spelled)) @heading.1

(arg_instruction (arg_pair name: (_) @name) @part) @definition.variable
(env_instruction (env_pair name: (_) @name) @part) @definition.variable
(label_instruction (label_pair key: (_) @name) @part) @definition.variable
