"""Columns to canonical fields, and cells to canonical values."""
