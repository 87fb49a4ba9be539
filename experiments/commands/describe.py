"""`nqpf describe`: a scenario with nothing left open."""

from typing import Any

import typer

from nqpf.experiments.commands.options import JsonOption, ScenarioArgument, SetOption, read_settings
from nqpf.experiments.commands.output import print_json, print_line, print_table, print_text


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("describe")(describe)


def describe(scenario: ScenarioArgument, set_: SetOption = None, json: JsonOption = False) -> None:
    """Show a scenario as resolved, with its base's values."""
    from nqpf.model.scenario import Scenario  # noqa: PLC0415 (help stays light)

    chosen = Scenario.load(scenario, settings=read_settings(set_))
    resolved = chosen.resolved()
    if json:
        print_json(resolved)
        return
    print_line(f"{resolved['title']['en']}  {resolved['title']['zh']}")
    if resolved["description"]["en"]:
        print_text(resolved["description"]["en"])
    print_line()
    keys = ("name", "base", "start", "quarters", "seed", "firms", "demography")
    rows = [(key, "" if resolved[key] is None else str(resolved[key])) for key in keys]
    rows += [(f"data.{table}", entry["path"]) for table, entry in resolved["data"].items()]
    print_table(("setting", "value"), [*rows, ("hash", chosen.content_hash)])
    for title, kind in (("policy", "lever"), ("shock", "kind")):
        if resolved[title]:
            print_line()
            print_table((title, "value", "from", "until", "where"), [_window(w, kind) for w in resolved[title]])
    print_line()
    _print_parameters(resolved["parameters"])


def _window(rule: dict[str, Any], kind: str) -> tuple[str, ...]:
    from nqpf.model.levers import written  # noqa: PLC0415 (help stays light)

    value = written(rule.get("value", rule.get("size")))
    ramp = f" over {rule['ramp']} quarters" if rule.get("ramp") else ""
    where = "; ".join(f"{level} {', '.join(ids)}" for level, ids in (rule["where"] or {}).items())
    return rule[kind], value + ramp, rule["from"] or "start", rule["until"] or "end", where or "everywhere"


def _print_parameters(parameters: dict[str, dict[str, float]]) -> None:
    from nqpf.model.parameters import Parameters  # noqa: PLC0415 (help stays light)

    defaults = Parameters().model_dump()
    changed = [
        (f"{group}.{name}", f"{value:g}", f"{defaults[group][name]:g}")
        for group, values in parameters.items()
        for name, value in values.items()
        if value != defaults[group][name]
    ]
    if changed:
        print_table(("parameter", "value", "default"), changed)
    else:
        print_line("Every parameter is at its default; --json shows them all.")
