"""Enrichment: what a SPARQL endpoint elsewhere says about the entities of a store, kept apart as a dated source.

``run`` is the way from end to end: ``question`` what is asked, ``client`` how, ``cache`` what was answered,
``facts`` what of it is taken, ``source`` how it gets into the graph.
"""
