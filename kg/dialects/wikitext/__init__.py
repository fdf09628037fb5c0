"""The dialect of Wikipedia's Current Events Portal: one page for each day, in MediaWiki's wikitext."""
