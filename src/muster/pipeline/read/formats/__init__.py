"""One module per format, found by its constant FORMAT: adding a format is adding a file here."""
