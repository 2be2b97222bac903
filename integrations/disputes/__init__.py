"""Disputes APIs: what one is to us, which there are, and one folder or file for each."""
