"""The shape of what was written by hand: where tables begin and end, which way they lie, what is no data at all."""
