"""Process 7: firms spend on R&D, learn from knowledge around them and improve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nqpf.agents.firms.research import improvement, improvement_hazard

if TYPE_CHECKING:
    from nqpf.agents.firms.columns import Firms
    from nqpf.agents.firms.parameters import Research
    from nqpf.agents.typing import Floats
    from nqpf.model.draws import Draws
    from nqpf.model.state import Fundamentals


def relative_spillover(knowledge: Floats, decay: Floats) -> Floats:
    """R&D around each cell over the mean place's, (n_places, n_sectors); 0 where a sector does none."""
    around = decay @ knowledge
    mean = around.mean(0)
    return np.divide(around, mean, out=np.zeros_like(around), where=mean > 0)


def innovate(
    research: Research,
    fundamentals: Fundamentals,
    firms: Firms,
    draws: Draws,
    quarter: int,
    quarters_since_start: int,
) -> Floats:
    """Log gain of each firm's productivity, (n_firms,), 0 for those that do not improve."""
    n_sectors = len(fundamentals.track_ceiling)
    n_places = len(fundamentals.knowledge_decay)
    sector = firms.cell % n_sectors
    spending = firms.sales * fundamentals.technology.research_share[sector]
    by_cell = np.bincount(firms.cell, spending, n_places * n_sectors).reshape(n_places, n_sectors)
    spillover = relative_spillover(by_cell, fundamentals.knowledge_decay)
    number = np.maximum(np.bincount(sector, minlength=n_sectors), 1)
    mean = by_cell.sum(0) / number
    effort = spending / np.where(mean > 0, mean, 1.0)[sector]
    hazard = improvement_hazard(research, effort, spillover.ravel()[firms.cell])
    improves = np.flatnonzero(draws.uniform("improve", quarter, firms.id) < hazard)
    cell = firms.cell[improves]
    ceiling = fundamentals.track_ceiling[sector[improves]] + research.frontier_growth * quarters_since_start
    headroom = ceiling - firms.log_productivity[improves] - fundamentals.place_lead[cell]
    gain = np.zeros(len(firms))
    gain[improves] = improvement(research, headroom, draws.uniform("step", quarter, firms.id[improves]))
    return gain
