"""`lnbeval new`: a new evaluation, ready to fill."""

from __future__ import annotations

import re
from importlib import resources
from typing import Final

import click

from lnbeval.errors import ParameterError

NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@click.command(
    epilog="""\b
Example:
  lnbeval new housing
""",
)
@click.argument("name")
def new(name: str) -> None:
    """Make a new evaluation NAME: its parameters, its folder for raw files, and its register of sources.

    Nothing that exists is changed. It is built by `lnbeval evaluate` once it stands in params/workspace.yaml.
    """
    from lnbeval.workspace import find_workspace  # noqa: PLC0415
    from lnbeval.workspace.places import write_text  # noqa: PLC0415

    if not NAME.fullmatch(name) or name == "workspace":
        raise ParameterError(
            f"'{name}' cannot be a name: use small letters, digits and _, beginning with a letter, not 'workspace'."
        )
    workspace = find_workspace()
    parameters, sources = workspace.parameters(name), workspace.raw(name) / "SOURCES.md"
    taken = [path for path in (parameters, sources) if path.exists()]
    if taken:
        named = ", ".join(str(path.relative_to(workspace.root)) for path in taken)
        raise ParameterError(f"{named} exists already. Choose another name, or edit what is there.")
    for path, template in ((parameters, "parameters.yaml"), (sources, "sources.md")):
        text = resources.files("lnbeval.workspace").joinpath("templates", template).read_text("utf-8")
        write_text(path, text.replace("{{name}}", name))
        click.echo(f"wrote {path.relative_to(workspace.root)}")
    click.echo(
        f"Next: put the files as received into data/raw/{name}/, fill in params/{name}.yaml, and run `lnbeval check {name}`\n"
        f"until it is quiet. Then add {name} to params/workspace.yaml and run `lnbeval evaluate {name}`."
    )
