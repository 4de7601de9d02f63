"""What happens to a file, stage by stage, as pure functions: no database, network, clock or settings."""
