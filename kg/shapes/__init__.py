"""SHACL: the vocabulary's shapes as SPARQL, and where what breaks them comes from."""
