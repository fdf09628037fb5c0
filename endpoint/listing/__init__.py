"""The list of events: one address for all filters, as a page in several views and in every format of lists."""
