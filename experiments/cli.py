"""The `nqpf` command: modules of `commands` do the work; what goes wrong becomes one line and an exit code.

0 done; 1 a check failed or an identity broke; 2 bad input; 3 finished, some runs of a sweep failed; 70 an unexpected
fault, with the path of a log; 130 interrupted; 143 terminated. (141: whoever read the output has gone.)
"""

import io
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer

from nqpf.experiments.commands import app as page
from nqpf.experiments.commands import compare, describe, export, levers, report, run, scenarios, search, sweep
from nqpf.model.errors import AccountingError, InputError

COMMANDS: tuple[Callable[[typer.Typer], None], ...] = (
    run.register,
    page.register,
    sweep.register,
    search.register,
    compare.register,
    report.register,
    export.register,
    scenarios.register,
    levers.register,
    describe.register,
)
"""In the order in which help lists them."""

CHECK_FAILED, BAD_INPUT, UNEXPECTED, INTERRUPTED, BROKEN_PIPE, TERMINATED = 1, 2, 70, 130, 141, 143

# Typer keeps a copy of Click's errors, some versions a private one: the public name's parent is right in all of them.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def build() -> typer.Typer:
    """The application with every command."""
    app = typer.Typer(
        name="nqpf",
        help="Agent-based simulation of new quality productive forces on China's cities and city clusters.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback(invoke_without_command=True)(_nqpf)
    for register in COMMANDS:
        register(app)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without Chinese is no fault
    with _terminable():
        code = _exit_code(list(sys.argv[1:] if arguments is None else arguments))
    sys.exit(code)


def _nqpf(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed  # noqa: PLC0415 (only this needs it)

        typer.echo(installed("nqpf"))
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _exit_code(arguments: list[str]) -> int:  # noqa: PLR0911 (one return for each kind of end)
    try:
        # Not by calling the application: that would turn a closed pipe into exit code 1, which says a check failed.
        command = typer.main.get_command(build())
        with command.make_context("nqpf", arguments) as context:
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as end:
        sys.stdout.flush()
        return end.exit_code
    except _UsageError as fault:
        return _say(f"{_command_of(fault)}: {_usage(fault)}", BAD_INPUT)
    except InputError as fault:
        return _say(f"nqpf: {fault}", BAD_INPUT)
    except AccountingError as fault:
        return _say(f"nqpf: {fault}", CHECK_FAILED)
    except KeyboardInterrupt:
        return _say("nqpf: interrupted", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the output has gone; Python must not complain again when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as fault:  # noqa: BLE001 (the last net: a log instead of a traceback)
        return _say(f"nqpf: unexpected fault: {type(fault).__name__}: {fault}; {_logged()}", UNEXPECTED)
    return 0


def _say(line: str, code: int) -> int:
    """One line on stderr, whatever a file's name or a value holds."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
    sys.stderr.write(shown + "\n")
    return code


def _usage(fault: Exception) -> str:
    """Click's message, of several lines at times, as one."""
    describe_fault = getattr(fault, "format_message", fault.__str__)
    message = " ".join(describe_fault().split()).rstrip(".")
    return f"{message}; see {_command_of(fault)} --help"


def _command_of(fault: Exception) -> str:
    context = getattr(fault, "ctx", None)
    return context.command_path if context else "nqpf"


def _logged() -> str:
    import traceback  # noqa: PLC0415 (rarely needed)

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="nqpf-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as log:
            log.write(traceback.format_exc())
    except OSError as fault:
        return f"no log could be written: {fault.strerror}"
    return f"log: {log.name}"


@contextmanager
def _terminable() -> Iterator[None]:
    """While this lasts, SIGTERM ends the command like an exit: what it has begun to write is closed properly."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(TERMINATED)


if __name__ == "__main__":
    main()
