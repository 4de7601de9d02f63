"""Text with separators: encoding, dialect, records, and the fast way for regular pieces."""
