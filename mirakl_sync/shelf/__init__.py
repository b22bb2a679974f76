"""The shelf: what a store last said of its SKUs, less what was promised and it has not felt yet."""
