"""What keeps the house in order: heartbeats, silence, pruning."""
