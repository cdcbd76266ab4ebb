; What Kotlin defines. `muse_hook/symbols/outline.py` says what the captures mean.

; --- types, and what stands in them

(class_declaration
  name: (_) @name
  (primary_constructor (class_parameters) @parameters)?
  (delegation_specifiers
    (delegation_specifier
      [(user_type) @base (constructor_invocation . (user_type) @base) (explicit_delegation . (user_type) @base)])*)?
  [(class_body) (enum_class_body)] @container) @definition.class
(class_declaration
  name: (_) @name
  (primary_constructor (class_parameters) @parameters)?
  (delegation_specifiers
    (delegation_specifier
      [(user_type) @base (constructor_invocation . (user_type) @base) (explicit_delegation . (user_type) @base)])*)?) @definition.class

(object_declaration
  name: (_) @name
  (delegation_specifiers
    (delegation_specifier
      [(user_type) @base (constructor_invocation . (user_type) @base) (explicit_delegation . (user_type) @base)])*)?
  (class_body) @container) @definition.class
(object_declaration name: (_) @name) @definition.class

(companion_object
  name: (_) @name
  (delegation_specifiers
    (delegation_specifier
      [(user_type) @base (constructor_invocation . (user_type) @base) (explicit_delegation . (user_type) @base)])*)?
  (class_body) @container) @definition.class
(companion_object
  !name
  "companion" @name
  (delegation_specifiers
    (delegation_specifier
      [(user_type) @base (constructor_invocation . (user_type) @base) (explicit_delegation . (user_type) @base)])*)?
  (class_body) @container) @definition.class
(companion_object name: (_) @name) @definition.class
(companion_object !name "companion" @name) @definition.class

; `annotation class X` behind an annotation with arguments is an infix call to the grammar
(annotated_expression [(infix_expression) (annotated_expression)] @declaration)
((infix_expression (_) . (identifier) @keyword . (identifier) @name .) @definition.class
  (#any-of? @keyword "class" "interface" "object"))

(type_alias type: (_) @name) @definition.class

; --- functions and properties

(function_declaration
  (modifiers (function_modifier "suspend" @async))?
  name: (_) @name
  (function_value_parameters) @parameters
  ":"
  .
  (_) @returns
  (function_body)? @body) @definition.function
(function_declaration
  (modifiers (function_modifier "suspend" @async))?
  name: (_) @name
  (function_value_parameters) @parameters
  (function_body)? @body) @definition.function

(secondary_constructor
  "constructor" @name
  (function_value_parameters) @parameters
  (block)? @body) @definition.function

(property_declaration (variable_declaration . (identifier) @name (_)? @returns)) @definition.variable
(property_declaration
  (multi_variable_declaration (variable_declaration . (identifier) @name))) @definition.variable

; --- imports

(import (qualified_identifier) @import.from "*" @import.all) @definition.import
((import (qualified_identifier) @import.tree .) @definition.import
  (#not-match? @definition.import "\\*$"))
(import (qualified_identifier) @import.of "as" (identifier) @import.as) @definition.import

(qualified_identifier) @tree.path

; --- parameters

(parameter (identifier) @parameter.name ":" (_) @parameter.type)
(class_parameter (identifier) @parameter.name ":" (_) @parameter.type)

; --- calls

(call_expression . (identifier) @call)
(call_expression . (navigation_expression (identifier) @call .))
(constructor_invocation (user_type (identifier) @call))
