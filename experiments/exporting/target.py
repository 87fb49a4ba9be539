"""Where an export goes: refused if something is there, and seen under its name only when it is whole."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(out: Path, *, folder: bool) -> None:
    """Refuse a folder that is not empty, a file that exists, or the one where the other is to be: InputError."""
    if folder:
        if out.exists() and not out.is_dir():
            raise InputError(f"{out}: is a file; name a folder")
        if out.is_dir() and any(out.iterdir()):
            raise InputError(f"{out}: is not empty; choose another folder")
    elif out.is_dir():
        raise InputError(f"{out}: is a folder; name a file")
    elif out.exists():
        raise InputError(f"{out}: exists already; choose another file, or remove it")


@contextmanager
def staged(out: Path, *, folder: bool) -> Iterator[Path]:
    """Where to write what is to stand at `out`: moved there at the end, gone if it does not come to that."""
    target = out.absolute()  # `.` has no name and is its own parent
    try:
        check(out, folder=folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as passing:
            place = Path(passing) / target.name
            if folder:
                place.mkdir()
            yield place
            if target.is_dir():  # an empty folder stays the folder that it is
                for file in place.iterdir():
                    file.replace(target / file.name)
            else:
                place.replace(target)
    except OSError as fault:
        raise InputError(f"{out}: cannot be written: {fault.strerror or fault}; make room or choose another") from fault
