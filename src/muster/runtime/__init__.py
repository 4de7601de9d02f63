"""What the process stands on: settings, logging, the embedded database, wiring."""
