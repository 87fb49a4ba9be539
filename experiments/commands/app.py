"""`nqpf app`: the page in the browser."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("app")(page)


def page(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="A name from `nqpf scenarios`, or the path of a TOML file.")
    ] = "china",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes any free one.")] = 8765,
    no_open: Annotated[bool, typer.Option("--no-open", help="Leave the browser alone.")] = False,
    expose: Annotated[
        bool, typer.Option("--expose", help="Let others reach the page; needs --token-file, and TLS in front of it.")
    ] = False,
    token_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file with the token that visitors present once, as ?token=…"),
    ] = None,
) -> None:
    """Watch a scenario in the browser, step by step, and move its levers."""
    from nqpf.model.scenario import Scenario  # noqa: PLC0415 (help stays light)
    from nqpf.visualization.economy import EconomySource  # noqa: PLC0415
    from nqpf.visualization.server import serve  # noqa: PLC0415
    from nqpf.visualization.source import Order  # noqa: PLC0415

    loaded = Scenario.load(scenario)
    serve(
        EconomySource(scenario),
        Order(scenario, loaded.seed),
        title={"en": loaded.title.en, "zh": loaded.title.zh},
        host=host,
        port=port,
        open_browser=not no_open,
        expose=expose,
        token_file=token_file,
    )
