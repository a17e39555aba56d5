"""`python -m lnbeval` is the command line."""

from lnbeval.cli.main import run

if __name__ == "__main__":
    run()
