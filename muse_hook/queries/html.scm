; What HTML defines: elements by their ids. `muse_hook/symbols/outline.py` says what the captures mean.

((element
    (start_tag
      (attribute
        (attribute_name) @key
        [(attribute_value) @name.key (quoted_attribute_value (attribute_value) @name.key)])) @header) @definition.class @flat
  (#match? @key "(?i)^id$") (#not-match? @name.key "[{<%]"))

((element
    (self_closing_tag
      (attribute
        (attribute_name) @key
        [(attribute_value) @name.key (quoted_attribute_value (attribute_value) @name.key)]))) @definition.class
  (#match? @key "(?i)^id$") (#not-match? @name.key "[{<%]"))

((script_element
    (start_tag
      (attribute
        (attribute_name) @key
        [(attribute_value) @name.key (quoted_attribute_value (attribute_value) @name.key)]))) @definition.class
  (#match? @key "(?i)^id$") (#not-match? @name.key "[{<%]"))

((style_element
    (start_tag
      (attribute
        (attribute_name) @key
        [(attribute_value) @name.key (quoted_attribute_value (attribute_value) @name.key)]))) @definition.class
  (#match? @key "(?i)^id$") (#not-match? @name.key "[{<%]"))

; --- looked through where it has no id

(element) @through
