"""The two labour markets of a city: wages that employ everybody on offer, given demand for its goods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nqpf.agents.typing import Floats

_STEPS = 4
_CONVERGED = 1e-13


def wages(
    sales: Floats, labour_share: Floats, talent_share: Floats, labour: Floats, talent: Floats
) -> tuple[Floats, Floats]:
    """Wages of labour and talent per employed person, (n_nodes,) each: wage bills over people employed."""
    return sales @ labour_share / labour, sales @ talent_share / talent


def clear_wages(
    log_demand: Floats,
    response_labour: Floats,
    response_talent: Floats,
    labour_share: Floats,
    talent_share: Floats,
    labour: Floats,
    talent: Floats,
    start: tuple[Floats, Floats],
) -> tuple[Floats, Floats]:
    """Log wages (n_nodes,) × 2 at which sales X_s = exp(log_demand_s − r_Ls ln w_L − r_Hs ln w_H) pay them.

    Newton's method on f_L = ln w_L + ln L − ln Σ_s share_Ls X_s and its twin for talent, a 2 × 2 system a node, solved
    for all nodes at once. log_demand (n_nodes, n_sectors), −inf where nobody sells; responses and shares (n_sectors,).
    """
    log_l, log_h = start
    for _ in range(_STEPS):
        sales = np.exp(log_demand - np.outer(log_l, response_labour) - np.outer(log_h, response_talent))
        bill_l, bill_h = sales @ labour_share, sales @ talent_share
        f_l = log_l + np.log(labour / bill_l)
        f_h = log_h + np.log(talent / bill_h)
        if max(np.abs(f_l).max(), np.abs(f_h).max()) < _CONVERGED:
            break
        j_ll = 1 + sales @ (labour_share * response_labour) / bill_l
        j_lh = sales @ (labour_share * response_talent) / bill_l
        j_hl = sales @ (talent_share * response_labour) / bill_h
        j_hh = 1 + sales @ (talent_share * response_talent) / bill_h
        determinant = j_ll * j_hh - j_lh * j_hl
        log_l = log_l - (f_l * j_hh - f_h * j_lh) / determinant
        log_h = log_h - (f_h * j_ll - f_l * j_hl) / determinant
    return log_l, log_h
