"""`nqpf levers`: what policy can change."""

import typer

from nqpf.experiments.commands.options import JsonOption
from nqpf.experiments.commands.output import print_json, print_line, print_table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("levers")(levers)


def levers(json: JsonOption = False) -> None:
    """List the levers of policy with range or choices, default and unit."""
    from nqpf.model.levers import LEVERS, written  # noqa: PLC0415 (help stays light)

    if json:
        print_json([lever.record() for lever in LEVERS.values()])
        return
    print_table(
        ("lever", "range", "default", "unit", "what it is"),
        [
            (lever.name, lever.bounds, written(lever.default), lever.unit, lever.title["en"])
            for lever in LEVERS.values()
        ],
    )
    print_line()
    print_line("A name without its ending sets every leaf: --set hukou_easing=0.5")
