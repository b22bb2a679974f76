"""A seller's side of one Mirakl marketplace."""
