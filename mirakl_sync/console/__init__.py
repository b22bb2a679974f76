"""The web process: webhooks in, health and metrics out, pages for people. With the sandbox the only user of Flask."""
