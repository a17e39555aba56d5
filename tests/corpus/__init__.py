"""A corpus of files as ministries send them, each with a ledger of the problems planted in it; made in code, kept nowhere.

python -m tests.corpus          what was planted, what `lnbeval check` reports, recall and precision
"""
