"""The import of files from start to end: collecting them, following them, asking about them, their results."""
