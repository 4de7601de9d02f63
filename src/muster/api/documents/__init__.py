"""The JSON documents of /api/v1: what services give, in the words of the contract."""
