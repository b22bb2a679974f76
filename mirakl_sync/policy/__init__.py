"""Behaviour as data: what differs between sellers is a value here, never a branch in the code."""
