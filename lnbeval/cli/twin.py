"""`lnbeval twin`: the synthetic data of the home case."""

from __future__ import annotations

import click

from lnbeval.errors import ParameterError


@click.command(
    epilog="""\b
Example:
  lnbeval twin lnb              the files that are shipped, byte for byte
  lnbeval twin lnb --seed 7     another draw
""",
)
@click.argument("name", default="lnb")
@click.option("--seed", type=click.IntRange(min=0), help="Default: the seed in params/NAME.yaml.")
def twin(name: str, seed: int | None) -> None:
    """Write the SYNTHETIC raw files of evaluation NAME, with the truth beside them, into data/raw/NAME.

    Only evaluations whose parameters say `kind: synthetic` are written: real files are never replaced.
    """
    from lnbeval.reference import load_reference  # noqa: PLC0415
    from lnbeval.twin import write_twin  # noqa: PLC0415
    from lnbeval.workspace import find_workspace  # noqa: PLC0415
    from lnbeval.workspace.yaml_file import read_yaml  # noqa: PLC0415

    workspace = find_workspace()
    parameters = read_yaml(workspace.parameters(name))
    if parameters.get("kind") != "synthetic":
        raise ParameterError(
            f"params/{name}.yaml does not say `kind: synthetic`; its raw files are not the generator's to write."
        )
    chosen = parameters.get("seed") if seed is None else seed
    if not isinstance(chosen, int):
        raise ParameterError(f"params/{name}.yaml has no whole number as `seed`. Give one there or with --seed.")
    for path in write_twin(load_reference(workspace.reference), workspace.raw(name), chosen):
        click.echo(f"wrote {path.relative_to(workspace.root)}")
