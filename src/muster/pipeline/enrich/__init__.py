"""Rows become claims, claims find their asset, and the fold says what each asset is: pure, one file per concern."""
