"""A day of trading in a minute: everything as real processes, judged by the other side's books."""
