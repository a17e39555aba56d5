"""A new evaluation, drafted from files that nobody has described: everything it assumes is a guess that is asked about."""
