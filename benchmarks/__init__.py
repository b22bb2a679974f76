"""Speed, measured as ratios in one run: our durable path against a bare script that makes the same HTTP calls."""
