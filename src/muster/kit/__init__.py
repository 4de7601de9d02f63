"""Tools that know no domain: registry, text, masking, clock, ids."""
