"""Headers: which column of a table is which, and what year a column is of."""
