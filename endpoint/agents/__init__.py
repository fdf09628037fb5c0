"""The graph for programs that reason with language models: tools over the Model Context Protocol."""
