"""Processors: what validation and enrichment mean for one import category."""
