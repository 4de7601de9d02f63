"""Reads the messy files of a cloud migration and reconciles them into one inventory."""
