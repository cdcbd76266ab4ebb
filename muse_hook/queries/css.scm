; What CSS defines: rules by their selectors, at-rules by what they begin with. `muse_hook/symbols/outline.py` says what
; the captures mean.

(rule_set (selectors) @name.spelled (block) @body) @definition.class
(keyframes_statement (keyframe_block_list) @name.until @body) @definition.class

((at_rule (at_keyword) @keyword (block) @name.until @body) @definition.class
  (#not-match? @keyword "(?i)^@(layer|container)$"))

; --- looked through: what stands in them counts under their condition

(media_statement
  [(keyword_query) (feature_query) (parenthesized_query) (binary_query) (unary_query) (selector_query)]* @guard
  (block) @scope.media)
(supports_statement
  [(keyword_query) (feature_query) (parenthesized_query) (binary_query) (unary_query) (selector_query)]* @guard
  (block) @scope.supports)
((at_rule
  (at_keyword) @keyword
  [(keyword_query) (feature_query) (parenthesized_query) (binary_query) (unary_query) (selector_query)]* @guard
  (block) @scope.at_rule)
  (#match? @keyword "(?i)^@(layer|container)$"))
