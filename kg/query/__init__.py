"""SPARQL: the guard, evaluation, federation, and what is wrong with a query."""
