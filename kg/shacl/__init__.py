"""SHACL Core shapes, compiled to SPARQL and run by the engine that holds the graph.

Supported is what ``vocab/shapes.ttl`` uses; anything else in a shapes graph is an error, never ignored.
``validate(store, load(turtle))`` returns what violates the shapes.
"""

from kg.shapes.result import Violation, Violations
from kg.shapes.shape import Constraint, Path, Shape, Target, load
from kg.shapes.validate import validate

__all__ = ["Constraint", "Path", "Shape", "Target", "Violation", "Violations", "load", "validate"]
