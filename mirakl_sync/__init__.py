"""Joins Mirakl marketplaces to a seller's commerce systems."""

__version__ = "0.4.0"
