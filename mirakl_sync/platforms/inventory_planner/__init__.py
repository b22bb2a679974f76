"""Inventory Planner: a planner beside the store. It is told of sales and stock by files, and read by its API."""
