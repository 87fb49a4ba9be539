"""What each lever is tried with: two runs that differ in one lever, and the outcomes they are compared by.

The signs are those of the design, stated before any run: an outcome that does not follow its sign is explained below
the table. Three trials were given more firms after their signs had been seen; the page says so, and with what numbers
(`WHY_FINER`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from nqpf.experiments.paired.readings import SHOCK_QUARTERS, Reading
from nqpf.experiments.paired.scales import in_logs
from nqpf.model.levers import LEVERS, written
from nqpf.model.quarters import format_quarter, parse_quarter
from nqpf.model.rules import PolicyRule, Shock

if TYPE_CHECKING:
    from nqpf.experiments.paired.readings import How
    from nqpf.model.levers import LeverValue
    from nqpf.model.scenario import Scenario

_SHOCK = ("supply", 0.2, {"macro_region": ("east",)})


@dataclass(frozen=True, slots=True)
class Arm:
    """A run's policy: rules from the first quarter on, and whether the coast is hit; and its size."""

    rules: tuple[tuple[str, LeverValue, str | None], ...] = ()  # lever, value, province (everywhere if None)
    shock: bool = False
    finer: int = 1  # times the firms

    @classmethod
    def of(cls, *rules: tuple[str, LeverValue, str | None], shock: bool = False, finer: int = 1) -> Arm:
        """An arm without rules that say the status quo, so that equal runs have equal names."""
        return cls(tuple(rule for rule in rules if rule[1] != LEVERS[rule[0]].default), shock, finer)

    @property
    def name(self) -> str:
        """What sets the run apart, as the file of results has it."""
        parts = [f"{lever}={written(value)}" + (f"@{where}" if where else "") for lever, value, where in self.rules]
        finer = f" × {self.finer} firms" if self.finer > 1 else ""
        return ", ".join(parts or ["status quo"]) + (" + shock" if self.shock else "") + finer

    def scenario(self, base: Scenario) -> Scenario:
        """The base under this policy."""
        rules = tuple(
            PolicyRule(lever=lever, value=value, where={"province": (where,)} if where else None)
            for lever, value, where in self.rules
        )
        kind, size, where = _SHOCK
        first, last = (format_quarter(parse_quarter(base.start) + quarter - 1) for quarter in SHOCK_QUARTERS)
        shock = Shock.model_validate({"kind": kind, "size": size, "from": first, "until": last, "where": where})
        return base.model_copy(update={"policy": rules, "shock": (shock,) * self.shock})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A measure, where it is read, and the sign expected of its change along the trial.

    `against` is a region whose change is taken off; with `loss`, what is compared is the loss to a shock on the coast:
    −ln of the measure with the shock over that without, under the same policy.
    """

    measure: str
    sign: Literal["+", "-", ""]  # none: only reported
    region: str = "nation"
    how: How = "last"
    against: str = ""
    loss: bool = False

    @property
    def log(self) -> bool:
        """Whether differences are those of logs: of positive levels, not of shares, indices and counts."""
        return in_logs(self.measure)

    @property
    def name(self) -> str:
        """As the table and the explanations have it."""
        return (
            self.measure
            + (f" of {self.region}" if self.region != "nation" else "")
            + (f" less that of {self.against}" if self.against else "")
            + (", loss to the shock" if self.loss else "")
        )

    def readings(self, quarters: int) -> tuple[Reading, ...]:
        """What is read off each run."""
        regions = (self.region, self.against) if self.against else (self.region,)
        return tuple(Reading(self.measure, region, self.how, quarters) for region in regions)


@dataclass(frozen=True, slots=True)
class Trial:
    """One lever from one value to another, everything else alike."""

    lever: str
    start: LeverValue
    end: LeverValue
    outcomes: tuple[Outcome, ...]
    where: str | None = None  # province treated; everywhere if None
    companions: tuple[tuple[str, LeverValue], ...] = field(default=())  # other levers, alike in both runs
    longer: int = 1  # times the quarters and
    more: int = 1  # times the seeds, where the outcome is a rare event
    finer: int = 1  # times the firms, where few places would have one that the lever can act on

    def arm(self, value: LeverValue, *, shock: bool = False) -> Arm:
        """The run with the lever at a value."""
        beside = tuple((name, held, None) for name, held in self.companions)
        return Arm.of(*beside, (self.lever, value, self.where), shock=shock, finer=self.finer)

    def arms(self) -> tuple[Arm, ...]:
        """Every run the trial needs."""
        shocks = (False, True) if any(outcome.loss for outcome in self.outcomes) else (False,)
        return tuple(self.arm(value, shock=shock) for value in (self.start, self.end) for shock in shocks)


def _events(sign: Literal["+", "-"]) -> tuple[Outcome, ...]:
    """Breakthroughs and consortia of the whole run."""
    return Outcome("breakthroughs", sign, how="total"), Outcome("cross_province_consortia", sign, how="total")


TRIALS: tuple[Trial, ...] = (
    Trial("collaboration_friction.within", 1.0, 0.3, _events("+"), longer=2, more=2),
    Trial("collaboration_friction.across", 1.0, 0.3, _events("+"), longer=2, more=2),
    Trial("mission_fund", 0.001, 0.01, (Outcome("breakthroughs", "+", how="total"),)),
    Trial("transport_gain.within", 0.0, 0.3, (Outcome("absorption_volume", "+"),)),
    Trial("transport_gain.across", 0.0, 0.3, (Outcome("absorption_volume", "+"),)),
    Trial("hukou_easing.labour", 0.0, 1.0, (Outcome("gdp", "+"), Outcome("top10_population_share", "+"))),
    Trial("hukou_easing.talent", 0.0, 1.0, (Outcome("gdp", "+"), Outcome("top10_population_share", "+"))),
    Trial("talent_subsidy", 0.0, 0.3, (Outcome("talent", "+", "43"),), where="43"),
    Trial("schooling", 1.0, 2.0, (Outcome("talent", "+", "51"), Outcome("gdp", "+", "51")), where="51"),
    Trial("equity_integration", 0.0, 1.0, (Outcome("sd_log_return", "-"), Outcome("gdp", "+"))),
    Trial("border_capital", 1.0, 0.0, (Outcome("cross_province_investment", "+"),)),
    Trial("data_pool_scope", "province", "nation", (Outcome("tfp", "+"), Outcome("gdp", "+", "east", against="west"))),
    Trial(
        "compute_share_west",
        0.2,
        0.8,
        (Outcome("digital_value_added", "+"), Outcome("digital_value_added", "+", "west")),
    ),
    Trial("digital_intensity", 1.0, 2.0, (Outcome("gdp", "+"),)),
    Trial("digital_allocation", "prorata", "lagging", (Outcome("gdp", "+"),), companions=(("digital_intensity", 2.0),)),
    Trial("guidance_fund", 0.01, 0.05, (Outcome("targeted_share", "+"),), finer=10),
    Trial("free_trade_zones", 0.0, 0.3, (Outcome("exports", "+"), Outcome("gdp", "+", "zones"))),
    Trial("hinterland_share", 0.1, 0.4, (Outcome("gdp", "-"), Outcome("gdp", "-", how="shock", loss=True))),
    Trial(
        "targeting_rule",
        "related",
        "copycat",
        (Outcome("structural_similarity", "+"), Outcome("turnover_rate", "+", how="mean")),
        finer=10,
    ),
    Trial("subsidy_cap", 0.02, 0.05, (Outcome("sd_log_cell_return", "+"),), finer=10),
    Trial(
        "protection",
        0.5,
        0.0,
        (Outcome("own_trade_share", "-"), Outcome("cross_province_trade", "+"), Outcome("gdp", "+")),
    ),
    Trial("transfer_equalisation", 0.4, 1.0, (Outcome("theil_public_capital", "-"), Outcome("gdp", ""))),
    Trial("pole_share", 0.0, 1.0, (Outcome("theil_gdp_per_head", "+"),)),
    Trial("switch_year", 0.0, None, (Outcome("theil_gdp_per_head", "+"),)),
    Trial("land_tilt", 0.0, 1.0, (Outcome("rent_gap", "+"), Outcome("population", "+", "west"))),
)
"""In the order of `LEVERS`."""

WHY_FINER = (
    "Ten times the firms: places target only sectors in which they have a firm, and with 2,000 firms 58 of 336 places "
    "have a strategic one, with 20,000 it is 272. This was decided after runs with 2,000 firms had shown other signs "
    "(20 seeds, 20 quarters): `targeting_rule`, structural_similarity −0.0000469 (−0.0000668 to −0.0000269), opposite; "
    "turnover_rate −0.0000153 (−0.0000589 to +0.0000283), no effect shown; `subsidy_cap`, sd_log_cell_return −0.00109 "
    "(−0.00134 to −0.00084), opposite; `guidance_fund`, targeted_share +0.00111 (+0.00102 to +0.00119), as expected. "
    "With so few firms the few places with targets grow unlike their neighbours without, and the targeted cells are "
    "such as earn much (value added per capital 0.16 log above the others', seed 1): money sent there first brings "
    "returns together."
)
"""What the page says of trials with more firms."""

EQUALISATION = (0.0, 0.4, 0.82, 1.0)
"""Values of `transfer_equalisation` at which GDP is read beside that of the status quo: its optimum is inside."""

EXPLANATIONS: dict[tuple[str, str], str] = {
    ("data_pool_scope", "gdp of east less that of west"): (
        "In a national pool all places use nearly the same data, so who shared little before gains most: ln Pool rises "
        "by 2.1 in the east and by 3.5 in the west, whose provinces hold less (first quarter, by GDP), and the "
        "exponent of the pool is the same everywhere."
    ),
    ("digital_allocation", "gdp"): (
        "On impact GDP gains a little more (0.03 %), because networks add less to productivity above the mean "
        "intensity. Two things outgrow that within two years. Networks lower the friction of joint research at both "
        "ends, and research stands where they are dense already: weighted by R&D, intensity rises by 0.42 instead of "
        "0.56, and firms there learn less from one another. And people follow to places that produce less. After 20 "
        "quarters, seeds 1 and 2: −0.24 and −0.36 %; with `collaboration.digital_gain` = 0 −0.09 and −0.18 %; with "
        "hardly any moves of people as well (`migration.considering` = 0.001) +0.02 and −0.04 %."
    ),
    ("targeting_rule", "turnover_rate"): (
        "The number of entrants is tied to that of exits to be expected, and exits depend on returns relative to the "
        "city's: targets decide where firms are born, hardly how many."
    ),
    ("transfer_equalisation", "gdp"): (
        "No optimum inside shows: GDP falls by hundredths of a per cent as equalisation rises. It is not for public "
        "capital, whose elasticity is too low (0.006) for its place to matter within five years: with "
        "`technology.public_capital_elasticity` = 0 GDP at full equalisation is 0.04 % below that at the status quo, "
        "with it 0.05 % (means of seeds 1 to 4). Spending moves to provinces that produce less, and people with it: "
        "with hardly any moves (`migration.considering` = 0.001) no fall shows (−0.05 to +0.05 %, mean −0.02 %)."
    ),
}
"""(lever, outcome) → why the outcome does not follow its sign; written by hand, after looking for the mechanism."""
