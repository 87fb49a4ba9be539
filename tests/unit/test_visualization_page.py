"""The page's own components, rendered without a browser."""

import logging

import ipyvuetify as vuetify
import pytest
import solara
import solara.lab

from nqpf.visualization import page
from nqpf.visualization.runtime import Runtime, install
from nqpf.visualization.source import Order


class IdlePool:
    """A pool that opens runs, computes nothing, and knows which are open."""

    def __init__(self):
        self.open, self.number = {}, 0

    def start(self, order, _listener):
        """Open a run."""
        self.number += 1
        self.open[self.number] = order
        return self.number

    def fork(self, _parent, _frame, order, listener):
        """Open a run that shares a past."""
        return self.start(order, listener)

    def cancel(self, run):
        """Close a run."""
        self.open.pop(run, None)


@pytest.fixture
def pool():
    """The pool of the runtime the page finds."""
    pool = IdlePool()
    title = {"en": "China", "zh": "中国"}
    install(Runtime(None, pool, Order("china", 7), {"defaults": {}}, [], title, range(8095, 8100)))
    return pool


def test_a_visitor_who_leaves_closes_the_run(pool):
    """The page opens one run, and none is left when it is gone."""
    _, rendered = solara.render(page.Page(), handle_error=False)
    assert list(pool.open.values()) == [Order("china", 7)]
    rendered.close()
    assert pool.open == {}


def test_a_fault_shows_a_sentence_and_the_way_back(pool, monkeypatch, caplog):
    """No traceback reaches the visitor, it stands in the log; a click shows the page again."""
    real = page.read_address
    monkeypatch.setattr(page, "read_address", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR, logger="nqpf.visualization.page"):
        _, rendered = solara.render(page.Page(), handle_error=False)
    logged = [record for record in caplog.records if record.name == "nqpf.visualization.page"]
    assert [record.exc_info[0] for record in logged] == [ZeroDivisionError]
    shown = rendered.find(vuetify.Alert).widget.children
    assert "Something went wrong" in str(shown)
    assert "ZeroDivisionError" not in str(shown)
    assert pool.open == {}
    monkeypatch.setattr(page, "read_address", real)
    rendered.find(vuetify.Btn).widget.click()
    rendered.find(page.Stage).assert_single()
    assert len(pool.open) == 1
    rendered.close()
