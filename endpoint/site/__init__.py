"""What all views share: the served store, its past, limits, logs, problem documents."""
