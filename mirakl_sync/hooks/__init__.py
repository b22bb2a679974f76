"""Webhooks: kept before anything is done with them, then digested like a poll."""
