"""Joins Mirakl marketplaces to a seller's commerce systems."""

__version__ = "0.1.0"
