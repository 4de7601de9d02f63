"""The words of the trade as frozen values: no database, no files, no network."""
