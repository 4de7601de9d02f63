"""Source systems, one module each: its file name is the source's id, its `SOURCE` what its exports look like."""
