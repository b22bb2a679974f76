"""The vendors, simulated: real paths, real limits, real trouble, and books of their own to judge us by.

Nothing here imports the rest of mirakl_sync: a mistake in our reading of a vendor must not excuse itself.
"""
