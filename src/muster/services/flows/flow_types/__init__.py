"""The flow types, one file each."""
