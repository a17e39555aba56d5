"""Rows: which municipality and level each is about, and which of them stand apart."""
