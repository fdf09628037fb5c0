"""The pages about the whole site: what there is, where it comes from, how it is used, and how the server is."""
