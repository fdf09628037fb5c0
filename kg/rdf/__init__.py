"""RDF terms, the vocabulary's IRIs, formats, and what reads and writes them."""
