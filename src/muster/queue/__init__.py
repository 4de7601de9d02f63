"""Background jobs in PostgreSQL: deferred in the caller's transaction, run by workers, recovered when a worker dies."""
