"""Cells: what each number means, decided column by column on evidence, and what becomes of it."""
