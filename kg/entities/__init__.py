"""The things that events name: places and other topics of articles, each as one node."""
