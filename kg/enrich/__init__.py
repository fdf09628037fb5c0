"""Enrichment: what a remote SPARQL endpoint says about the entities of a store, kept apart as a dated source.

``run`` does it from end to end: ``question`` defines what is asked, ``client`` asks, ``cache`` keeps the answers,
``facts`` selects from them, and ``source`` adds the result to the graph.
"""
