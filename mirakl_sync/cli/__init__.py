"""The command line: each command parses, calls the function a task or page would call, and prints."""
