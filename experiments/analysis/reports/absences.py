"""What a sweep does not show, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nqpf.experiments.analysis.reports.findings import Findings


def absences(f: Findings) -> Iterator[tuple[str, str]]:
    """Sections without result, and why."""
    tornado = [one for one in f.effects.values() if one.result is None]
    if len(tornado) == len(f.effects):
        yield "What each factor changes", tornado[0].absent
    named = (
        ("Over time", f.fans),
        ("Over time, by factor", f.paths),
        ("Along each factor", f.curves),
        ("Two factors together", f.heat),
        ("Where", f.everywhere),
        ("Where an outcome is high or low", f.discovery),
        ("Trade-offs", f.pareto),
        ("How many seeds are enough", f.spreads),
    )
    for title, finding in named:
        if finding.result is None:
            yield title, finding.absent
    if f.sobol.result is None and f.morris.result is None:
        yield "Sensitivity", f.morris.absent if f.record["design"] == "morris" else f.sobol.absent
