; What Elixir defines: modules, functions, macros, attributes, tests. `muse_hook/symbols/outline.py` says what
; the captures mean.

((call
  target: (identifier) @keyword
  (arguments . [(alias) (atom)] @name)
  (do_block) @container) @definition.class
  (#any-of? @keyword "defmodule" "defprotocol"))

((call target: (identifier) @keyword (arguments) @name.spelled (do_block) @container) @definition.class
  (#eq? @keyword "defimpl"))

((call
  target: (identifier) @keyword
  (arguments . (call target: (identifier) @name (arguments) @parameters))
  (do_block)? @body) @definition.function
  (#any-of? @keyword "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp"))

((call
  target: (identifier) @keyword
  (arguments . (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "when"))
  (do_block)? @body) @definition.function
  (#any-of? @keyword "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp"))

((call
  target: (identifier) @keyword
  (arguments . (identifier) @name)
  (do_block)? @body) @definition.function
  (#any-of? @keyword "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp"))

((call
  target: (identifier) @keyword
  (arguments . (binary_operator left: (identifier) @name operator: "when"))
  (do_block)? @body) @definition.function
  (#any-of? @keyword "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp"))

((unary_operator operator: "@" operand: (call target: (identifier) @name)) @definition.variable
  (#not-match? @name "^(doc|moduledoc|typedoc|spec|impl|behaviour|callback|type|typep|opaque|deprecated|tag|moduletag|macrocallback|derive|enforce_keys|dialyzer|external_resource)$"))

((call target: (identifier) @keyword (arguments . (string) @title) (do_block) @body) @definition.test
  (#eq? @keyword "test"))
((call target: (identifier) @keyword (arguments . (string) @guard) (do_block) @scope.describe)
  (#eq? @keyword "describe"))
