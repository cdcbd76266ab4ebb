; What HCL defines: blocks by their words (`resource.aws_instance.web`), attributes. `muse_hook/symbols/outline.py` says what
; the captures mean.

(body) @through

((block . (identifier) @name (body) @container) @definition.class (#eq? @name "locals"))
(block [(identifier) (string_lit)]+ @name.words (body)? @body) @definition.class

(attribute . (identifier) @name) @definition.variable
