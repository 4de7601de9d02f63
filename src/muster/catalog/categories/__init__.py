"""Import categories, one module each: its file name is the category's id, its `CATEGORY` what it is."""
