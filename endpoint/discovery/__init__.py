"""Well-known addresses, sitemaps, and the OpenAPI description."""
