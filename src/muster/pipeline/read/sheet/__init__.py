"""Workbooks: typed cells as text, and the errors that formulas left behind."""
