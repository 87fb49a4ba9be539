"""The page itself: header, levers, stage. One session a visitor, which ends when the visitor leaves."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import solara
import solara.lab

from nqpf.visualization.address import clamp_seed, clamp_value, read_address
from nqpf.visualization.runtime import current
from nqpf.visualization.session import Session
from nqpf.visualization.widgets import ASSETS, Levers, Stage, outlines

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

WORDS = {
    "en": {
        "lead": "Talent, capital, data and ideas between China's cities, quarter by quarter",
        "other": "中文",
        "theme": "Day or night",
    },
    "zh": {"lead": "人才、资本、数据与创新在中国城市之间的流动，逐季呈现", "other": "English", "theme": "日间或夜间"},
}
FAULT = {
    "en": "Something went wrong on this page. Your run is kept on the server; the fault stands in its log.",
    "zh": "页面出现错误。服务器上的运行未丢失；错误已记入日志。",
}


class Wiring:
    """Ties a visitor's session to the two widgets, and says what their messages mean."""

    def __init__(self, session: Session, stage: Stage, levers: Levers) -> None:
        self.session = session
        self.stage = stage
        self.levers = levers
        self.known = {lever["name"]: lever for lever in current().levers}

    def attach(self) -> Callable[[], None]:
        """Start the runs; the function returned unties the widgets and stops them."""
        self.stage.on_msg(self.on_stage)
        self.levers.on_msg(self.on_levers)
        self.session.begin()
        # Started here, the thread belongs to this visitor's kernel, as Solara's widgets require.
        threading.Thread(target=self.session.watch, args=(self.tell,), daemon=True, name="nqpf-visitor").start()
        return self.detach

    def detach(self) -> None:
        """The visitor has left."""
        self.session.leave()
        self.stage.on_msg(self.on_stage, remove=True)
        self.levers.on_msg(self.on_levers, remove=True)

    def tell(self) -> None:
        """Bring the browser's small, synchronised part up to date."""
        self.stage.head = self.session.head()
        self.levers.changes = self.session.changes()

    def on_stage(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """Frames asked for, another seed, or a sign of life."""
        kind = content.get("kind")
        if kind == "need":
            run = _whole(content.get("run"))
            found = self.session.chunk(run, _whole(content.get("from")))
            if found:
                self.stage.send({"kind": "frames", "run": run, "from": found[0]}, [found[1]])
        elif kind == "reset":
            self.session.reset(clamp_seed(content.get("seed"), self.session.order.seed))
        elif kind == "poll":
            self.stage.send_state("head")

    def on_levers(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """A lever moved, or the scenario dropped."""
        if content.get("kind") == "clear":
            self.session.clear()
            return
        lever = self.known.get(str(content.get("name")))
        if lever is None or "value" not in content:
            return
        try:
            value = clamp_value(lever, content["value"])
        except ValueError:
            return
        self.session.change(lever["name"], value, _whole(content.get("frame")), _whole(content.get("gesture")))


def _whole(value: object) -> int:
    """A whole number from a message, −1 for anything else."""
    return value if isinstance(value, int) else -1


@solara.component
def Desk() -> None:  # noqa: N802 (components are written like classes)
    """Header, levers and stage of one visitor."""
    runtime = current()
    router = solara.use_router()
    address = solara.use_memo(
        lambda: read_address(router.search, runtime.order, runtime.levers, runtime.quarters), dependencies=[]
    )
    language, set_language = solara.use_state(address.language)
    session = solara.use_memo(lambda: Session(runtime.pool, address.order), dependencies=[])
    dark = solara.lab.use_dark_effective()
    words = WORDS[language]
    solara.Title(f"nqpf · {runtime.title[language]}")
    solara.Style(ASSETS / "page.css")
    with solara.Div(classes=["nq-page"]):
        with solara.Div(classes=["nq-head"]):
            solara.HTML(tag="h1", unsafe_innerHTML="<b>n</b>qpf")
            solara.HTML(tag="div", classes=["nq-lead"], unsafe_innerHTML=words["lead"])
            solara.Button(
                words["other"], text=True, small=True, on_click=lambda: set_language("en" if language == "zh" else "zh")
            )
            with solara.Tooltip(words["theme"]):
                solara.Button(
                    icon_name="mdi-weather-sunny" if dark else "mdi-weather-night",
                    icon=True,
                    small=True,
                    attributes={"aria-label": words["theme"]},
                    on_click=lambda: setattr(solara.lab.theme, "dark", not dark),
                )
        with solara.Div(classes=["nq-side"]):
            levers = Levers.element(levers=runtime.levers, language=language)
        with solara.Div(classes=["nq-main"]):
            stage = Stage.element(facts=runtime.facts, outlines=outlines(), view=address.view, language=language)

    def tie() -> Callable[[], None]:
        return Wiring(session, solara.get_widget(stage), solara.get_widget(levers)).attach()

    solara.use_effect(tie, [])


@solara.component
def Fault(clear: Callable[[], None]) -> None:  # noqa: N802
    """What a visitor sees instead of a traceback, and the way back."""
    with solara.Div(classes=["nq-fault"]).key("fault"):
        solara.Error(f"{FAULT['en']} {FAULT['zh']}")
        solara.Button("Show the page again · 重新显示", on_click=clear)


@solara.component
def Page() -> None:  # noqa: N802
    """The page inside a boundary: a fault shows a sentence, not a traceback, and the session lives on."""
    fault, clear = solara.use_exception()

    def log() -> None:
        if fault is not None:
            logger.error("fault on the page", exc_info=fault)

    solara.use_effect(log, [fault])
    if fault is not None:
        Fault(clear).key("fault")
    else:
        Desk().key("desk")


@solara.component
def Layout(children: list[Any]) -> None:  # noqa: N802
    """No frame about the page but its own."""
    solara.Div(children=children)
