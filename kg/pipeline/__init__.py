"""From archives to a snapshot: plan, convert, keep, load, report."""
