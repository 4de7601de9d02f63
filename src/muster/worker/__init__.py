"""The worker: works on background jobs until it is told to stop."""
