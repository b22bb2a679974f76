"""Stock: how many of each SKU every marketplace is told, and the proof that it shows them."""
