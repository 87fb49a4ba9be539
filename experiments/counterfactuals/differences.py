"""How arms are compared: sums over arms, fits along a row of arms or years, the best of some, and an insurance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from nqpf.experiments.counterfactuals.arms import QUARTERS_A_YEAR
from nqpf.experiments.paired.intervals import LEVEL, Effect, ratio
from nqpf.experiments.paired.markdown import sign_shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nqpf.agents.typing import Floats
    from nqpf.experiments.counterfactuals.arms import Arm, Quantity, Values


class Difference(Protocol):
    """Something that runs show, with an interval."""

    @property
    def quantity(self) -> Quantity:
        """What is compared."""

    @property
    def when(self) -> str:
        """When it is read, in words."""

    @property
    def than(self) -> str:
        """What the sign is held against; zero if empty."""

    @property
    def said(self) -> str:
        """Which arms, in words."""

    def needs(self) -> Iterator[tuple[Arm, Quantity]]:
        """What has to be read off which arm."""

    def tested(self, values: Values, quarters: int) -> Effect:
        """What a verdict rests on: its interval against zero."""

    def shown(self, values: Values, quarters: int) -> tuple[str, str]:
        """Effect and interval as text."""

    def told(self, values: Values, quarters: int) -> str:
        """What else is to be said of it, in a sentence."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A weighted sum over arms of what is read off each."""

    terms: tuple[tuple[Arm, Quantity, float], ...]
    fit: str = ""  # what the weights are and along what, if they are those of a least-squares fit
    per: str = ""  # unit behind the effect
    read: str = ""  # when, if at several times

    than = ""

    @property
    def quantity(self) -> Quantity:
        """What is compared; of several the first."""
        return self.terms[0][1]

    @property
    def when(self) -> str:
        """When it is read, in words."""
        return self.read or self.quantity.when

    def needs(self) -> Iterator[tuple[Arm, Quantity]]:
        """What has to be read off which arm."""
        for arm, quantity, _ in self.terms:
            yield arm, quantity

    def differences(self, values: Values) -> Floats:
        """One number a seed."""
        return np.sum([weight * values(arm, quantity) for arm, quantity, weight in self.terms], axis=0)

    def tested(self, values: Values, _quarters: int) -> Effect:
        """Mean and Student's interval."""
        return Effect.of(self.differences(values))

    def shown(self, values: Values, quarters: int) -> tuple[str, str]:
        """Effect and interval as text."""
        mean, interval = self.tested(values, quarters).shown(log=self.quantity.log)
        return mean + self.per, interval

    def told(self, _values: Values, _quarters: int) -> str:
        """Nothing."""
        return ""

    @property
    def said(self) -> str:
        """Which arms, in words."""
        if self.fit:
            return self.fit
        if [weight for *_, weight in self.terms] == [1, -1]:
            return " less ".join(f"`{arm.name}`" for arm, *_ in self.terms)
        return " ".join(f"{sign_shown(f'{weight:+.3g}')[0]} `{arm.name}`" for arm, _, weight in self.terms).lstrip("+ ")


def less(quantity: Quantity, arm: Arm, base: Arm) -> Contrast:
    """An arm less its base."""
    return weighted(quantity, (arm, 1), (base, -1))


def weighted(quantity: Quantity, *weights: tuple[Arm, float]) -> Contrast:
    """One quantity, summed over arms."""
    return Contrast(tuple((arm, quantity, weight) for arm, weight in weights))


_FITS = {1: ("slope", " a year"), 2: ("curvature", " a year²")}


def fitted(quantity: Quantity, at: dict[float, Arm], degree: int) -> Contrast:
    """Slope of the least-squares line over arms' years, or the square's coefficient in the parabola: < 0 bends down."""
    fit, per = _FITS[degree]
    terms = tuple((arm, quantity, weight) for arm, weight in zip(at.values(), _weights(at, degree), strict=True))
    return Contrast(terms, f"{fit} over {_listed(at.values())}", per)


def fitted_over_years(quantity: Quantity, arm: Arm, base: Arm, years: range, degree: int) -> Contrast:
    """The same along the years of an arm less its base."""
    fit, per = _FITS[degree]
    read = f"years {years[0]} to {years[-1]}"
    by_year = zip(years, _weights(years, degree), strict=True)
    terms = tuple(
        (of, quantity.at(year), sign * weight) for year, weight in by_year for of, sign in ((arm, 1), (base, -1))
    )
    return Contrast(terms, f"{fit} over {read} of `{arm.name}` less `{base.name}`", per, read)


def _weights(positions: Iterable[float], degree: int) -> list[float]:
    weights: list[float] = np.linalg.pinv(np.vander(np.array([*positions]), degree + 1, increasing=True))[
        degree
    ].tolist()
    return weights


def _listed(arms: Iterable[Arm]) -> str:
    return ", ".join(f"`{arm.name}`" for arm in arms)


@dataclass(frozen=True, slots=True)
class Best:
    """The best of some arms less the best of others, by means over seeds: max_i min_e (μ_i − μ_e).

    Which arms are best is chosen by the same seeds, so the interval is simultaneous: the same of the ends of all pairs'
    Student intervals, each at 1 − (1 − level)/(number of pairs) (Bonferroni). Above zero some arm beats all the others
    named; below zero one of the others beats every arm.
    """

    quantity: Quantity
    among: tuple[Arm, ...]
    over: tuple[Arm, ...]

    than = ""

    @property
    def when(self) -> str:
        """When it is read, in words."""
        return self.quantity.when

    def needs(self) -> Iterator[tuple[Arm, Quantity]]:
        """What has to be read off which arm."""
        for arm in (*self.among, *self.over):
            yield arm, self.quantity

    def tested(self, values: Values, _quarters: int) -> Effect:
        """Mean and simultaneous interval."""
        level = 1 - (1 - LEVEL) / (len(self.among) * len(self.over))
        q = self.quantity
        pairs = [[Effect.of(values(arm, q) - values(other, q), level) for other in self.over] for arm in self.among]
        mean, low, high = (
            max(min(getattr(pair, end) for pair in row) for row in pairs) for end in ("mean", "low", "high")
        )
        return Effect(mean, low, high)

    def shown(self, values: Values, quarters: int) -> tuple[str, str]:
        """Effect and interval as text."""
        return self.tested(values, quarters).shown(log=self.quantity.log)

    def chosen(self, values: Values) -> tuple[Arm, Arm]:
        """The best of each side."""

        def mean(arm: Arm) -> float:
            return float(values(arm, self.quantity).mean())

        return max(self.among, key=mean), max(self.over, key=mean)

    def told(self, values: Values, _quarters: int) -> str:
        """Which arms were the best."""
        best, other = self.chosen(values)
        return f"the best is `{best.name}`" + (f", of the others `{other.name}`." if len(self.over) > 1 else ".")

    @property
    def said(self) -> str:
        """Which arms, in words."""
        return f"best of {_listed(self.among)} less best of {_listed(self.over)}"


@dataclass(frozen=True, slots=True)
class Insurance:
    """A policy that costs in quiet times and saves when a shock comes.

    Over N years, with shocks so rare that their effects add up, it pays above a yearly probability
    p* = cost / (N · saved): cost is what the quantity loses in a run without a shock, saved by how much less it falls
    in a run with one. p* < 1 is cost − N · saved < 0, whatever the sign of what is saved.
    """

    quantity: Quantity  # summed over the run
    base: Arm
    policy: Arm
    shock: Arm  # the base's
    both: Arm

    than = "1"

    @property
    def when(self) -> str:
        """When it is read, in words."""
        return self.quantity.when

    def needs(self) -> Iterator[tuple[Arm, Quantity]]:
        """What has to be read off which arm."""
        for arm in (self.base, self.policy, self.shock, self.both):
            yield arm, self.quantity

    def sides(self, values: Values, quarters: int) -> tuple[Floats, Floats]:
        """Cost, and N times what one shock saves, one number a seed; values are logs of the quantity."""
        base, policy, shock, both = (np.exp(values(arm, self.quantity)) for arm, _ in self.needs())
        return base - policy, quarters / QUARTERS_A_YEAR * ((base - shock) - (policy - both))

    def ratio(self, values: Values, quarters: int) -> Effect | None:
        """Cost over what one shock saves, per year, with Fieller's interval; None if nothing is shown to be saved."""
        cost, saved = self.sides(values, quarters)
        return ratio(cost, saved) if saved.mean() > 0 else None

    def tested(self, values: Values, quarters: int) -> Effect:
        """Cost − N · saved: on the side of zero on which Fieller's interval is of one."""
        cost, saved = self.sides(values, quarters)
        return Effect.of(cost - saved)

    def shown(self, values: Values, quarters: int) -> tuple[str, str]:
        """The ratio and Fieller's interval as text."""
        found = self.ratio(values, quarters)
        return (f"{found.mean:.4g}", f"{found.low:.4g} to {found.high:.4g}") if found else ("none", "unbounded")

    def told(self, values: Values, quarters: int) -> str:
        """The critical probability, if there is one."""
        found = self.ratio(values, quarters)
        if found is None:
            return "no critical probability, for the runs do not show that anything is saved."
        told = f"{found.mean:.4g} ({100 * LEVEL:g} % interval {found.low:.4g} to {found.high:.4g}, Fieller). "
        if found.mean > 1:
            every = "The policy does not pay even with one such shock every year: a year of it costs "
            doubt = "" if found.low > 1 else "; that it would pay with nearly one a year is not ruled out"
            return told + f"{every}{100 * found.mean:.0f} % of what it saves in one shock{doubt}."
        if found.mean < 0:
            return told + "The policy pays without a shock" + ("." if found.high < 0 else ", by the mean alone.")
        low = f"{100 * found.low:.1f} %" if found.low > 0 else "no shock at all"
        high = f"{100 * found.high:.1f} %" if found.high < 1 else "more than one shock a year"
        return told + (
            "Critical yearly probability of the shock, above which the sum is expected to be higher with the policy: "
            f"{100 * found.mean:.1f} % (interval from {low} to {high})."
        )

    @property
    def said(self) -> str:
        """Which arms, in words."""
        return (
            f"`{self.base.name}` less `{self.policy.name}`, over years times what the policy saves of "
            f"`{self.base.name}` less `{self.shock.name}`"
        )
