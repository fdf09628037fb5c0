"""JSON-LD: the forms of a document, and how nodes are framed and compacted for them."""
