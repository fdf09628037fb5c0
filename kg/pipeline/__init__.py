"""Archives -> snapshot: plan, convert, keep, load, report."""
