"""Nested records (JSON, XML, Parquet) as flat tables: names joined by dots, lists of records as tables of their own."""
