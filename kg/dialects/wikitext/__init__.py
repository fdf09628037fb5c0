"""The dialect of Wikipedia's Current Events Portal: one page a day, in MediaWiki's wikitext."""
