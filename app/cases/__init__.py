"""The case and its tasks: file it, act on it, list it."""
