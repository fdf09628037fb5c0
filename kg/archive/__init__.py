"""Archives: the folders and git repositories that captures of pages come from."""
