"""What MediaWiki tells about pages and their revisions: exports in XML, and answers of its Action API in JSON."""
