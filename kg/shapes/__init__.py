"""SHACL: the vocabulary's shapes as SPARQL, and the origin of violations."""
