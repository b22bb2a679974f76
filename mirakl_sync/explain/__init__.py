"""An order's whole story in plain words, each sentence with its evidence."""
