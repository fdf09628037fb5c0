"""HTTP itself: content negotiation, header fields, addresses."""
