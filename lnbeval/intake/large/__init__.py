"""Tables too large, or too fine, to be read row by row: added up inside a database."""
