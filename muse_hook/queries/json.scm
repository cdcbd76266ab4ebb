; What JSON defines: keys by their paths. `muse_hook/symbols/outline.py` says what the captures mean.

(object) @through

(pair key: (string) @name.key value: (object) @container) @definition.class
(pair key: (string) @name.key) @definition.variable
