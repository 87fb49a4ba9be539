"""`nqpf scenarios`: what the library has."""

import typer

from nqpf.experiments.commands.options import JsonOption
from nqpf.experiments.commands.output import print_json, print_line, print_table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("scenarios")(scenarios)


def scenarios(json: JsonOption = False) -> None:
    """List the scenarios that come with the model."""
    from nqpf.model.scenario import Scenario  # noqa: PLC0415 (help stays light)
    from nqpf.model.scenario_file import library_names  # noqa: PLC0415

    library = [Scenario.load(name).resolved() for name in library_names()]
    keys = ("name", "title", "description", "base", "start", "quarters")
    if json:
        print_json([{key: scenario[key] for key in keys} for scenario in library])
        return
    # The starts first; with forty names only a title keeps to a line each.
    library.sort(key=lambda s: s["base"] is not None)
    print_table(
        ("name", "start", "what it is"),
        [(s["name"], s["start"], s["title"]["en"]) for s in library],
    )
    print_line()
    print_line("`nqpf describe NAME` shows every rule; --json has descriptions and bases.")
