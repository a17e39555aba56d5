"""Surveys: how each table of an unseen file could be declared, found by its own evidence.

Nothing is decided here: what a survey says is a proposal, which a person confirms or corrects.
"""
