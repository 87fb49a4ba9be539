"""The documentation's tables are the declarations'."""

from __future__ import annotations

from pathlib import Path

import pytest

from nqpf.experiments.documentation import TABLES_OF_THE_PAGE, written_anew
from nqpf.model.levers import LEVERS
from nqpf.model.parameters import Parameters

PAGE = Path(__file__).resolve().parents[2] / "docs" / "odd.md"


def test_the_tables_are_what_the_declarations_say():
    """Written anew, the page is the same to the letter."""
    page = PAGE.read_text(encoding="utf-8")
    assert written_anew(page) == page


def test_every_lever_and_parameter_stands_in_its_table():
    """One row for each lever, one for each parameter, two for the head."""
    numbers = sum(len(group) for group in Parameters().model_dump().values())
    assert TABLES_OF_THE_PAGE["levers"]().count("\n") == len(LEVERS) + 2
    assert TABLES_OF_THE_PAGE["parameters"]().count("\n") == numbers + 2


def test_a_changed_declaration_is_seen(monkeypatch):
    """A table that differs by a word changes the page, and a page without its markers is refused."""
    page = PAGE.read_text(encoding="utf-8")
    monkeypatch.setitem(TABLES_OF_THE_PAGE, "levers", lambda: "| nothing |\n")
    assert written_anew(page) != page
    with pytest.raises(ValueError, match="begin levers"):
        written_anew(page.replace("<!-- begin levers -->", ""))
