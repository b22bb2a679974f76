"""Everything on one machine: a broker of our own, the processes of the Procfile, and what they need to start."""
