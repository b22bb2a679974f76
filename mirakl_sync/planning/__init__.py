"""A planner beside the stores: sales and stock told in time, proof that they arrived, and what it plans."""
