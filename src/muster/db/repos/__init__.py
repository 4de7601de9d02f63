"""Every SELECT of the program, one file per subject; nobody here commits."""
