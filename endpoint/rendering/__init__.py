"""How pages are made, without any request: templates, what surrounds every page, and the files that pages use."""
