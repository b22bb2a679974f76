"""Marketplace orders: taken in, judged, answered in time, placed exactly once."""
