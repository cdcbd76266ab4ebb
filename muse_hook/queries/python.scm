; What Python defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- definitions

(function_definition
  "async"? @async
  name: (identifier) @name
  parameters: (parameters) @parameters
  return_type: (type)? @returns
  body: (block) @body) @definition.function

(decorated_definition
  (decorator)+ @decorator
  definition: (function_definition
    "async"? @async
    name: (identifier) @name
    parameters: (parameters) @parameters
    return_type: (type)? @returns
    body: (block) @body)) @definition.function

(class_definition
  name: (identifier) @name
  superclasses: (argument_list (_)* @base)?
  body: (block) @container) @definition.class

(decorated_definition
  (decorator)+ @decorator
  definition: (class_definition
    name: (identifier) @name
    superclasses: (argument_list (_)* @base)?
    body: (block) @container)) @definition.class

(expression_statement (assignment) @names) @definition.variable
(expression_statement (augmented_assignment) @names) @definition.variable
(type_alias_statement left: (type (_) @names)) @definition.variable

(import_statement
  name: [
    (dotted_name) @import.of
    (aliased_import name: (_) @import.of alias: (identifier) @import.as)
  ]) @definition.import

(import_from_statement
  module_name: (_) @import.from
  name: [
    (dotted_name) @import.of
    (aliased_import name: (_) @import.of alias: (identifier) @import.as)
  ]) @definition.import

(import_from_statement module_name: (_) @import.from (wildcard_import) @import.all) @definition.import

(future_import_statement
  "__future__" @import.from
  name: [
    (dotted_name) @import.of
    (aliased_import name: (_) @import.of alias: (identifier) @import.as)
  ]) @definition.import

(expression_statement . [(string) (concatenated_string)]) @docstring

; --- names that a target binds

(assignment left: (_) @names)
(assignment right: (assignment) @names)
(augmented_assignment left: (identifier) @names)
(pattern_list (_) @names)
(tuple_pattern (_) @names)
(list_pattern (_) @names)
(list_splat_pattern (_) @names)
(generic_type . (identifier) @names)
(identifier) @name

; --- statements in whose blocks definitions count, and what guards them

(if_statement condition: (_) @guard consequence: (block) @scope.if)
(if_statement
  condition: (_) @guard
  alternative: (elif_clause condition: (_) @guard consequence: (block) @scope.elif))
(if_statement condition: (_) @guard alternative: (else_clause body: (block) @scope.else))
(try_statement body: (block) @scope.try)
(try_statement (except_clause "*"? @guard value: (_)* @guard (block) @scope.except))
(try_statement (else_clause body: (block) @scope.try_else))
(try_statement (finally_clause (block) @scope.finally))
(with_statement (with_clause) @guard body: (block) @scope.with)
(for_statement left: (_) @guard right: (_) @guard body: (block) @scope.for)
(for_statement alternative: (else_clause body: (block) @scope.for_else))
(while_statement condition: (_) @guard body: (block) @scope.while)
(while_statement alternative: (else_clause body: (block) @scope.while_else))
(match_statement
  subject: (_)+ @guard
  body: (block (case_clause (case_pattern)+ @guard guard: (if_clause)? @guard consequence: (block) @scope.case)))

; --- parameters

(identifier) @parameter.name
(default_parameter name: (_) @parameter.name value: (_) @parameter.default)
(typed_parameter . (identifier) @parameter.name type: (type) @parameter.type)
(typed_default_parameter name: (identifier) @parameter.name type: (type) @parameter.type value: (_) @parameter.default)
(list_splat_pattern (_) @parameter.name) @parameter.rest
(typed_parameter . (list_splat_pattern (_) @parameter.name) @parameter.rest type: (type) @parameter.type)
(dictionary_splat_pattern (_) @parameter.name) @parameter.keywords
(typed_parameter . (dictionary_splat_pattern (_) @parameter.name) @parameter.keywords type: (type) @parameter.type)
(tuple_pattern) @parameter.name
(positional_separator) @parameter.positional_only
(keyword_separator) @parameter.keyword_only

; --- calls

(call function: (identifier) @call)
(call function: (attribute attribute: (identifier) @call))

; --- what a variable is bound to

(assignment left: (_) @value.bound type: (type)? @value.type right: (_)? @value.of)
(expression_list (_)* @value.part)
(identifier) @value.alias
(lambda parameters: (lambda_parameters)? @value.parameters body: (_)) @value.function
(call function: (_) @value.called arguments: (argument_list (_)* @value.argument))
(keyword_argument name: (identifier) @value.keyword value: (_) @value.given)

; --- what a list of public names holds

(expression_statement (assignment left: (identifier) @export.list right: (_) @export.set))
(expression_statement
  (assignment left: (subscript value: (identifier) @export.list subscript: (_) @export.at) right: (_) @export.set))
(delete_statement (identifier) @export.list) @export.delete
(delete_statement (expression_list (identifier)+ @export.list)) @export.delete
(delete_statement (tuple (identifier)+ @export.list)) @export.delete
(delete_statement (parenthesized_expression (identifier) @export.list)) @export.delete
(delete_statement (subscript value: (identifier) @export.list subscript: (_) @export.at)) @export.delete
(expression_statement (augmented_assignment left: (identifier) @export.list "+=" right: (_) @export.add))
(expression_statement
  (call
    function: (attribute object: (identifier) @export.list attribute: (identifier) @export.method)
    arguments: (argument_list (_)* @export.argument)))
(list (_)* @export.part) @export.known
(tuple (_)* @export.part) @export.known
(set (_)* @export.part) @export.known
(expression_list (_)* @export.part) @export.known
(parenthesized_expression (_)* @export.part) @export.known
(list_splat (_) @export.part) @export.known
(binary_operator left: (_) @export.part "+" right: (_) @export.part) @export.known
(call function: (_) @export.copy arguments: (argument_list (_)* @export.part))
(attribute object: (_) @export.module attribute: (identifier) @export.list)
(identifier) @export.same
(string) @export.name
(concatenated_string) @export.name
