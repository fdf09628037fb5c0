"""Readers of pages and revisions from MediaWiki: exports in XML, and answers of its Action API in JSON."""
