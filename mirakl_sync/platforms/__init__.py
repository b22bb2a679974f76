"""The commerce platforms, each in its own folder behind one contract."""
