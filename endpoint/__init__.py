"""The HTTP endpoint: linked data, SPARQL, dumps and pages for people, over one store."""
