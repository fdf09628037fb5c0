"""SPARQL 1.1 Federated Query: SERVICE clauses, evaluated by the services that the operator allows.

The engine never sees a SERVICE clause. This process asks the service, and in its place a worker puts the solutions
that came back. See https://www.w3.org/TR/sparql11-federated-query/.
"""
