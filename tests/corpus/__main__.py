"""Check every file of the corpus and print what was planted, reported and found."""

import sys
import tempfile
from pathlib import Path

import click

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "edge_cases")]


def run(wanted):
    """How many problems were missed or false in the cases whose names hold one of the words, or in all."""
    from corpus.cases import cases
    from corpus.checking import checked
    from corpus.ledger import score, table

    scores = []
    for case in cases():
        if not wanted or any(word in case.name for word in wanted):
            with tempfile.TemporaryDirectory() as folder:
                outcome = checked(case, Path(folder))
            own = score(case, outcome.problems)
            scores.append(own)
            for one in own.missed:
                click.echo(f"MISSED {case.name}: {one}")
            for one in own.false:
                click.echo(f"FALSE  {case.name}: {one}")
            if outcome.code != case.exit_code:
                click.echo(f"EXIT   {case.name}: {outcome.code}, not {case.exit_code}")
    click.echo("\n".join(table(scores)))
    return sum(len(one.missed) + len(one.false) for one in scores)


if __name__ == "__main__":
    sys.exit(1 if run(sys.argv[1:]) else 0)
