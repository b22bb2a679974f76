"""The only room where requests lives."""
