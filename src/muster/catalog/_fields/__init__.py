"""The canonical fields by group; `muster.catalog.fields` is the door."""
