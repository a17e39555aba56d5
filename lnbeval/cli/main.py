"""`lnbeval`: verbs for evaluators. Each prints complete messages and ends with the exit code of what went wrong."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Final

import click

from lnbeval import __version__
from lnbeval.cli.check import check
from lnbeval.cli.estimate import estimate
from lnbeval.cli.evaluate import evaluate
from lnbeval.cli.new import new
from lnbeval.cli.plan import plan
from lnbeval.cli.register import register
from lnbeval.cli.twin import twin
from lnbeval.errors import LnbevalError

INTERRUPTED: Final = 130  # what shells use for a program ended by Ctrl-C


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="""\b
Start with:
  lnbeval evaluate          run everything and say where the pages are
  lnbeval check turnout     what is wrong with an input, row by row
\b
Exit codes: 0 ok, 1 bug, 2 parameters, 3 data, 4 design not estimable, 5 disclosure gate, 6 environment.
""",
)
@click.version_option(__version__, prog_name="lnbeval")
def lnbeval() -> None:
    """Difference-in-differences evaluation of target against non-target municipalities."""


for verb in (evaluate, check, estimate, new, plan, register, twin):
    lnbeval.add_command(verb)


def run() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(exit_code(sys.argv[1:]))


def exit_code(arguments: list[str]) -> int:
    """Run one command; anything a user can put right is a message, anything else a bug with its traceback."""
    try:
        return int(lnbeval.main(arguments, prog_name="lnbeval", standalone_mode=False) or 0)
    except LnbevalError as error:
        click.echo(f"lnbeval: {error}", err=True)
        return error.exit_code
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("lnbeval: interrupted. The last good outputs are untouched; run again to go on.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader of our output has gone: nothing more to say
        return 0
    except Exception:  # noqa: BLE001
        click.echo(
            f"{traceback.format_exc()}lnbeval: this is a bug in lnbeval, not in your input. Please report it.", err=True
        )
        return 1


if __name__ == "__main__":
    run()
