"""The phases of an import: thin, they call the use cases and say what their outcome changes."""
