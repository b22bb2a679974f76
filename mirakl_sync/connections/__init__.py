"""Connections: made from a file, checked in sentences, opened for work."""
