"""The machinery of things that happen once: claim, ask, record."""
