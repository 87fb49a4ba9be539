"""A comparison as a file: a page, or one long table of all numbers."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nqpf.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nqpf.experiments.comparison.result import Comparison


def _html(c: Comparison) -> bytes:
    from nqpf.experiments.comparison.page import page  # noqa: PLC0415 (tables need no plotting library)

    return page(c).encode()


def _csv(c: Comparison) -> bytes:
    return str(c.table.to_csv(index=False, lineterminator="\n")).encode()


def _parquet(c: Comparison) -> bytes:
    return bytes(c.table.to_parquet(index=False))


_MADE: dict[str, Callable[[Comparison], bytes]] = {".html": _html, ".csv": _csv, ".parquet": _parquet}


def check_target(path: str | Path) -> None:
    """Before the work: whether the file's kind is known and it can be written; raises InputError."""
    _maker(path)
    with _writing(path) as target:
        there = target.exists()
        target.open("ab").close()
        if not there:
            target.unlink()


def write(c: Comparison, path: str | Path) -> None:
    """Write what the suffix says: a self-contained page, or the columns of `Comparison.table`; raises InputError."""
    content = _maker(path)(c)
    with _writing(path) as target:
        target.write_bytes(content)


def _maker(path: str | Path) -> Callable[[Comparison], bytes]:
    suffix = Path(path).suffix.lower()
    if suffix not in _MADE:
        raise InputError(f"--out {path}: cannot write {suffix or 'a file without a suffix'}; give {', '.join(_MADE)}")
    return _MADE[suffix]


@contextmanager
def _writing(path: str | Path) -> Iterator[Path]:
    """The path; what goes wrong with the file is one line."""
    try:
        yield Path(path)
    except OSError as fault:
        raise InputError(f"{path}: cannot be written: {fault.strerror or fault}; choose another file") from None
