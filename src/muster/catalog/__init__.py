"""What muster understands, as declarations: fields, categories, sources, reference tables."""
