"""Arguments and options that several commands share."""

from typing import Annotated

import typer

from nqpf.model.errors import ScenarioError

ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A name from `nqpf scenarios`, or the path of a TOML file.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="LEVER=VALUE",
        help="A lever's value from the start on, everywhere, in place of the scenario's own rules for it; or "
        "parameters.GROUP.NAME, seed, firms, quarters, start, demography. May be repeated.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def read_settings(texts: list[str] | None) -> dict[str, str]:
    """`lever=value` texts by name, the last of a name winning; raises ScenarioError if there is no `=`."""
    settings: dict[str, str] = {}
    for text in texts or []:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise ScenarioError(f"--set {text}: is not lever=value; write --set equity_integration=0.6")
        settings.pop(name.strip(), None)
        settings[name.strip()] = value.strip()
    return settings
