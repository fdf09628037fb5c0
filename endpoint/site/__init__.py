"""What all views share: the store that is served, its past, limits, logs, problem documents."""
