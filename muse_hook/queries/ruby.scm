; What Ruby defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- conditions and blocks are looked through

(if condition: (_) @guard consequence: (_) @scope.if)
(if condition: (_) @guard alternative: (elsif) @scope.else @alone)
(if condition: (_) @guard alternative: (else) @scope.else)
(elsif condition: (_) @guard consequence: (_) @scope.if)
(elsif condition: (_) @guard alternative: (elsif) @scope.else @alone)
(elsif condition: (_) @guard alternative: (else) @scope.else)
(unless condition: (_) @guard consequence: (_) @scope.unless)
(unless condition: (_) @guard alternative: (else) @scope.else)
(if_modifier
  body: [(method) (singleton_method) (class) (module) (assignment left: (constant))] @scope.if @alone
  condition: (_) @guard)
(unless_modifier
  body: [(method) (singleton_method) (class) (module) (assignment left: (constant))] @scope.unless @alone
  condition: (_) @guard)
(begin) @scope.begin
(rescue exceptions: (_)? @guard body: (_) @scope.rescue)
(ensure) @scope.ensure
(else) @scope.else
(singleton_class value: (self) body: (_) @through)

; --- classes and modules

(class name: (_) @name superclass: (_)? @base body: (_) @container) @definition.class
(class name: (_) @name superclass: (_)? @base) @definition.class
(module name: (_) @name body: (_) @container) @definition.class
(module name: (_) @name) @definition.class
((assignment
  left: [(constant) (scope_resolution)] @name
  right: (call
    receiver: (constant) @maker
    method: (identifier) @how
    block: (do_block body: (_) @container))) @definition.class
  (#any-of? @maker "Struct" "Class" "Module" "Data")
  (#any-of? @how "new" "define"))

; --- methods

(method name: (_) @name parameters: (_)? @parameters body: (_)? @body) @definition.function
(singleton_method object: (self) name: (_) @name parameters: (_)? @parameters body: (_)? @body) @definition.function
(singleton_method
  object: (constant) @parent
  name: (_) @name
  parameters: (_)? @parameters
  body: (_)? @body) @definition.method
; `private def m`
(call !receiver arguments: (argument_list . [(method) (singleton_method) (call)] @declaration .))

; --- constants

(assignment left: [(constant) (scope_resolution scope: (constant))] @name) @definition.variable
(assignment left: (left_assignment_list (constant) @name)) @definition.variable

; --- parameters

(identifier) @parameter.name
(optional_parameter name: (_) @parameter.name value: (_) @parameter.default)
(keyword_parameter name: (_) @parameter.name value: (_)? @parameter.default)
(splat_parameter name: (_) @parameter.name) @parameter.rest
(hash_splat_parameter name: (_) @parameter.name) @parameter.keywords
(block_parameter name: (_) @parameter.name)

; --- calls

(call method: [(identifier) (constant)] @call)
