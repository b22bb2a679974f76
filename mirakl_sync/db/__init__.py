"""Rows that know their state: engine, transactions, claims and models. The only room of SQLAlchemy besides the work."""
