"""SPARQL: the guard, evaluation, federation, and diagnosis of mistakes."""
