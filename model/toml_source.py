"""TOML files that remember on which line each key stands, so that a fault can be shown where it was written.

`tomllib` reads the file; it tells no lines, so a second, forgiving pass over text already known to be TOML finds them.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nqpf.model.errors import ScenarioError, place

if TYPE_CHECKING:
    from pathlib import Path

type Key = tuple[str | int, ...]
"""Where a value stands: names of tables and keys, numbers in lists."""

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_NAME = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'", re.DOTALL
)
_BARE = re.compile(r"[^,\]}#\n]*")
_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


@dataclass(frozen=True, slots=True)
class TomlSource:
    """A file's content and the line of each key."""

    path: Path
    content: dict[str, Any]
    lines: dict[Key, int]

    def at(self, key: Key = ()) -> str:
        """`file:line` of a key, or of the nearest table around it that is written down."""
        for end in range(len(key), 0, -1):
            if key[:end] in self.lines:
                return place(self.path, self.lines[key[:end]])
        return place(self.path)


def read_toml(path: Path) -> TomlSource:
    """A file as TOML; raises ScenarioError with file, line and fault."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise ScenarioError(f"{path}: cannot be read: {fault.strerror}; name a readable file") from None
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        raise ScenarioError(f"{place(path, line)}: is not UTF-8 text; save the file as UTF-8") from None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ScenarioError(_broken(path, text, str(fault))) from None
    except RecursionError:
        raise ScenarioError(f"{path}: lists or tables are nested too deeply; write them flat") from None
    except ValueError as fault:  # a whole number of thousands of digits
        raise ScenarioError(f"{path}: is not TOML: {fault}; shorten the number") from None
    return TomlSource(path, content, key_lines(text))


def _broken(path: Path, text: str, message: str) -> str:
    position = _POSITION.search(message)
    line, column = (position[1], position[2]) if position else (None, None)
    at = place(path, int(line) if line else text.count("\n") + 1)
    fault = _POSITION.sub("", message)
    where = f" at column {column}" if column else " at the end"
    if "overwrite" in message or "twice" in message:
        remedy = "remove one of the two"
    elif message.startswith("Invalid value"):
        remedy = "write text in quotes"
    else:
        remedy = "write key = value, one a line"
    return f"{at}: is not TOML{where}: {fault}; {remedy}"


def key_lines(text: str) -> dict[Key, int]:
    """Line of every key, table and list element of a text that `tomllib` accepts."""
    return _Lines(text.replace("\r\n", "\n")).find()


class _Lines:
    """One pass over the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.lines: dict[Key, int] = {}
        self.listed: dict[Key, int] = {}  # lists of tables and how many tables they have so far

    def find(self) -> dict[Key, int]:
        table: Key = ()
        while self._more():
            if self._skip("[["):
                table = self._table(self._names(), listed=True)
                self._skip("]]")
            elif self._skip("["):
                table = self._table(self._names(), listed=False)
                self._skip("]")
            else:
                self._assignment(table)
        return self.lines

    def _more(self) -> bool:
        match = _SPACE.match(self.text, self.position)
        if match:
            self.position = match.end()
        return self.position < len(self.text)

    def _skip(self, token: str) -> bool:
        if self._more() and self.text.startswith(token, self.position):
            self.position += len(token)
            return True
        return False

    def _line(self) -> int:
        return bisect_right(self.starts, self.position)

    def _note(self, key: Key) -> None:
        self.lines.setdefault(key, self._line())

    def _names(self) -> list[str]:
        names: list[str] = []
        while self._more() and (match := _NAME.match(self.text, self.position)):
            token = match[0]
            names.append(tomllib.loads(f"k = {token}")["k"] if token[0] in "\"'" else token)
            self.position = match.end()
            if not self._skip("."):
                break
        return names

    def _table(self, names: list[str], *, listed: bool) -> Key:
        key: Key = ()
        for depth, name in enumerate(names, 1):
            key = (*key, name)
            if listed and depth == len(names):
                self.listed[key] = self.listed.get(key, -1) + 1
            self._note(key)
            if key in self.listed:
                key = (*key, self.listed[key])
                self._note(key)
        return key

    def _assignment(self, table: Key) -> None:
        begin = self.position
        names = self._names()
        end, self.position = self.position, begin
        for depth in range(1, len(names) + 1):
            self._note((*table, *names[:depth]))
        self.position = end
        if not names or not self._skip("="):
            self.position += 1  # never reached with valid TOML; must not hang on anything else
            return
        self._value((*table, *names))

    def _value(self, key: Key) -> None:
        if self._skip("["):
            number = 0
            while self._more() and not self._skip("]"):
                self._note((*key, number))
                self._value((*key, number))
                number += 1
                self._skip(",")
        elif self._skip("{"):
            while self._more() and not self._skip("}"):
                self._assignment(key)
                self._skip(",")
        elif self._more():
            match = _TEXT.match(self.text, self.position) or _BARE.match(self.text, self.position)
            if match:
                self.position = max(match.end(), self.position)
