; What YAML defines: keys by their paths, of each document. `muse_hook/symbols/outline.py` says what the captures mean.

(document) @through
(block_node (block_mapping)) @through
(block_mapping) @through
(flow_node (flow_mapping)) @through
(flow_mapping) @through

(block_mapping_pair
  key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name.key)
  value: [(block_node (block_mapping) @container) (flow_node (flow_mapping) @container)]) @definition.class
(block_mapping_pair
  key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name.key)) @definition.variable

(flow_pair
  key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name.key)
  value: (flow_node (flow_mapping) @container)) @definition.class
(flow_pair
  key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name.key)) @definition.variable
