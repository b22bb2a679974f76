"""The neutral things that cross borders: frozen dataclasses, no behaviour beyond sums."""
