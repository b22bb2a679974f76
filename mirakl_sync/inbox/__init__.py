"""The exceptions inbox: every problem is a question with an owner, a cause, a way out and a clock."""
