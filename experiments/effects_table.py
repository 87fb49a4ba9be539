"""Effects from paired runs: differences, intervals and verdicts, and the page that shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from nqpf.experiments.trials import EQUALISATION, EXPLANATIONS, SHOCK_QUARTERS, WHY_FINER, Outcome, Trial
from nqpf.model.levers import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nqpf.agents.typing import Floats
    from nqpf.model.levers import LeverValue

    Results = dict[tuple[str, int], dict[str, float]]
    """(arm, seed) → what was read, by reading."""

LEVEL = 0.99
AS_EXPECTED, OPPOSITE, NOT_SHOWN = "as expected", "opposite", "no effect shown"


@dataclass(frozen=True, slots=True)
class Effect:
    """A mean paired difference with its interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, differences: Sequence[float] | Floats) -> Effect:
        """Student's interval over seeds, one difference each; a single point if all are the same."""
        d = np.asarray(differences, dtype=float)
        if len(d) < 2:
            raise ValueError("an interval needs two seeds")
        half = float(stats.t.ppf((1 + LEVEL) / 2, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d)))
        return cls(float(d.mean()), float(d.mean()) - half, float(d.mean()) + half)

    def verdict(self, sign: str) -> str:
        """Whether the interval lies on the side of zero that the sign expects."""
        low, high = (self.low, self.high) if sign == "+" else (-self.high, -self.low)
        if low > 0:
            return AS_EXPECTED
        return OPPOSITE if high < 0 else NOT_SHOWN

    def shown(self, *, log: bool) -> tuple[str, str]:
        """Mean and interval as text: differences of logs in per cent, others with four digits."""
        mean, low, high = (_text(value, log=log) for value in (self.mean, self.low, self.high))
        return mean + " %" * log, f"{low} to {high}"


def _text(value: float, *, log: bool) -> str:
    return f"{100 * value:+.3f}" if log else f"{value:+.4g}"


def effect(trial: Trial, outcome: Outcome, results: Results, seeds: int, quarters: int) -> Effect:
    """The outcome at the trial's end less that at its start, over seeds; quarters are those of a usual run."""
    return _between(trial, outcome, trial.start, trial.end, results, seeds, quarters)


def _between(
    trial: Trial,
    outcome: Outcome,
    start: LeverValue,
    end: LeverValue,
    results: Results,
    seeds: int,
    quarters: int,
) -> Effect:
    def value(at: LeverValue, seed: int) -> float:
        plain = _read(trial, outcome, at, results, seed, quarters, shock=False)
        return plain - _read(trial, outcome, at, results, seed, quarters, shock=True) if outcome.loss else plain

    return Effect.of([value(end, seed) - value(start, seed) for seed in range(1, seeds * trial.more + 1)])


def _read(
    trial: Trial, outcome: Outcome, at: LeverValue, results: Results, seed: int, quarters: int, *, shock: bool
) -> float:
    """One run's outcome on the scale of its differences, that of `against` taken off."""
    known = results[trial.arm(at, shock=shock).name, seed]
    values = [known[reading.name] for reading in outcome.readings(quarters * trial.longer)]
    first, *other = (float(np.log(v)) for v in values) if outcome.log else values
    return first - sum(other)


def page(trials: Iterable[Trial], results: Results, head: dict[str, Any], seeds: int, quarters: int) -> str:
    """The Markdown page of the trials."""
    trials = tuple(trials)
    rows, unlike = [], []
    for trial in trials:
        for outcome in trial.outcomes:
            e = effect(trial, outcome, results, seeds, quarters)
            mean, interval = e.shown(log=outcome.log)
            verdict = e.verdict(outcome.sign) if outcome.sign else "see below"
            sign = outcome.sign.replace("-", "−") or "inside"
            rows.append((*_tried(trial), outcome.name, _read_where(trial, outcome), sign, mean, interval, verdict))
            if outcome.sign and verdict != AS_EXPECTED:
                why = EXPLANATIONS.get((trial.lever, outcome.name), "not explained yet.")
                unlike.append(f"- `{trial.lever}`, {outcome.name}: {verdict}. {why}")
    columns = ("lever", "from → to", "beside", "outcome", "read", "sign", "effect", "99 % interval", "verdict")
    lines = [*_head(head, seeds, quarters), *_table(columns, rows), ""]
    if any(trial.finer > 1 for trial in trials):
        lines += [WHY_FINER, ""]
    if unlike:
        lines += ["## Where the sign is not the expected one", "", *unlike, ""]
    for trial in trials:
        if trial.lever == "transfer_equalisation":
            lines += _equalisation(trial, results, seeds, quarters)
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(head: dict[str, Any], seeds: int, quarters: int) -> list[str]:
    first, last = SHOCK_QUARTERS
    text = (
        f"Scenario `{head['scenario']}` from {head['start']}, {head['firms']:,} firms, {quarters} quarters, seeds 1 to "
        f"{seeds}; more where the column *read* says so. Both runs of a pair share every random draw. *Effect*: mean "
        "over seeds of the outcome with the lever at its second value less that at its first; of logs, in per cent, "
        "for positive levels, plain for shares, indices and counts. *Interval*: Student's t. *Verdict*: "
        f"{AS_EXPECTED} if the interval lies wholly on the side of zero that the sign says, {OPPOSITE} if on the other "
        f"one, else {NOT_SHOWN}. Loss to the shock: −ln of the measure, summed over quarters {first} to {last}, with a "
        "supply shock of 0.2 in the east in those quarters over that without, under the same policy."
    )
    made = "Generated by `python -m nqpf.experiments.effects`; trials, signs and explanations: `experiments/trials.py`."
    return ["# What each lever does", "", made, "", text, ""]


def _tried(trial: Trial) -> tuple[str, str, str]:
    beside = [f"{name} = {written(value)}" for name, value in trial.companions]
    where = [f"only in province {trial.where}"] if trial.where else []
    return f"`{trial.lever}`", f"{written(trial.start)} → {written(trial.end)}", ", ".join(where + beside)


def _read_where(trial: Trial, outcome: Outcome) -> str:
    how = {"last": "last quarter", "total": "sum of quarters", "mean": "mean of quarters", "shock": "sum in the shock"}
    times = {"quarters": trial.longer, "seeds": trial.more, "firms": trial.finer}
    return "; ".join([how[outcome.how], *(f"{factor} × the {what}" for what, factor in times.items() if factor > 1)])


def _equalisation(trial: Trial, results: Results, seeds: int, quarters: int) -> list[str]:
    """GDP at several rates of equalisation beside that at the status quo's."""
    (gdp,) = (outcome for outcome in trial.outcomes if not outcome.sign)
    rows = []
    for value in EQUALISATION:
        e = _between(trial, gdp, trial.start, value, results, seeds, quarters)
        rows.append((written(value), *e.shown(log=gdp.log)))
    why = EXPLANATIONS.get((trial.lever, gdp.name), "not explained yet.")
    title = f"GDP by equalisation of transfers, over that at {written(trial.start)}"
    return [f"## {title}", "", *_table(("equalisation", "gdp", "99 % interval"), rows), "", why, ""]


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [columns, ["---"] * len(columns), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
