"""What stores tell us, by webhook or by poll: the same notices through the same door."""
