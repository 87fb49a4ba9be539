"""Fourteen hypotheses from the literature; every sign was stated before any run, and none was changed after one.

Where a reading was replaced or added after part of the runs had been seen, the note of its hypothesis says so. An
outcome that does not follow its sign is explained in `explanations.py`.
"""

from __future__ import annotations

from nqpf.experiments.counterfactuals.arms import Arm, Quantity
from nqpf.experiments.counterfactuals.differences import (
    Best,
    Contrast,
    Insurance,
    fitted,
    fitted_over_years,
    less,
    weighted,
)
from nqpf.experiments.counterfactuals.outcomes import Curve, Hypothesis, Outcome
from nqpf.experiments.paired.readings import TREATED

CHINA = Arm("china")
GDP, GDP_SUM = Quantity("gdp"), Quantity("gdp", how="total")
EAST, CENTRAL, WEST = (Quantity("gdp", region) for region in ("east", "central", "west"))
EAST_LESS_WEST, WEST_LESS_EAST = Quantity("gdp", "east", "west"), Quantity("gdp", "west", "east")


def _outcomes(arm: Arm, base: Arm, *signed: tuple[str, Quantity], case: str = "") -> tuple[Outcome, ...]:
    """An arm less its base, by several quantities."""
    return tuple(Outcome(sign, less(quantity, arm, base), case) for sign, quantity in signed)  # type: ignore[arg-type]


def _registration() -> Hypothesis:
    signed = (("+", Quantity("top10_population_share")), ("+", Quantity("top10_gdp_share")), ("+", GDP))
    return Hypothesis(
        1,
        "Household-registration easing",
        "Concentration of people and GDP rises; national GDP rises.",
        "Ma and Tang; Tombe and Zhu 2019",
        _outcomes(Arm("hukou-easing"), CHINA, *signed),
    )


def _capital_to_the_east() -> Hypothesis:
    places = (("+", "east"), ("-", "central"), ("-", "west"))
    signed = [(sign, Quantity(measure, region)) for measure in ("gdp", "capital") for sign, region in places]
    return Hypothesis(
        2,
        "Freer capital inflow to the east",
        "The east gains, the centre and the west lose.",
        "Zhao et al. 2025",
        _outcomes(Arm("capital-to-the-east"), CHINA, *signed),
        note="Read after ten years, while capital still moves, not in a steady state. The lever takes away all "
        "frictions of investing in the east and none elsewhere: an extreme.",
    )


def _rail() -> Hypothesis:
    on, off = Arm("china-2010"), Arm("rail-frozen")
    ratio = Quantity("gdp", "nodes", "bypassed")
    signed = (
        ("+", Quantity("gdp", "newly connected", "bypassed")),
        ("+", Quantity("collaborations", "newly connected", how="total")),
        ("+", Quantity("collaborations", "newly connected", "bypassed", how="total")),
        ("-", Quantity("gdp", "bypassed")),
    )
    years = range(1, 11)
    rows = tuple(
        (str(year), tuple(less(q.at(year), on, off) for q in (ratio, Quantity("gdp", "bypassed"), GDP)))
        for year in years
    )
    return Hypothesis(
        3,
        "High-speed rail on and off",
        "Places near the line gain and bypassed ones lose; collaborations rise near the line; the ratio of nodes to "
        "bypassed places first widens (siphon) and later narrows.",
        "Qin 2017 (bypassed places lose 3 to 5 %); Regional Studies 2022 (co-patents)",
        (
            *_outcomes(on, off, *signed),
            Outcome("+", less(ratio.at(2), on, off), "year 2"),
            Outcome("-", fitted_over_years(ratio, on, off, years, 2), "curvature"),
            Outcome("-", fitted_over_years(ratio, on, off, years[5:], 1), "slope of the second half"),
        ),
        (
            Curve(
                "Lines that open less none, by year", "year", ("nodes less bypassed, gdp", "bypassed, gdp", "gdp"), rows
            ),
        ),
        "Newly connected: first high-speed line in 2010 to 2019; bypassed: none by the end of 2019; nodes: "
        "municipalities, sub-provincial cities and provincial capitals with one by then. The literature also finds "
        "more venture capital near the line (+11.6 % events): venture capital is not in the model. *Later narrows* was "
        "first read as the last year less the year of the peak, which cannot come out opposite to its sign. After part "
        "of the results had been seen, two readings of fixed years replaced it, with the same sign: the curvature over "
        "years 1 to 10, and the slope over years 6 to 10. Collaborations less those of bypassed places were added "
        "then, too: railways bring partners nearer everywhere.",
    )


def _equity_market() -> Hypothesis:
    return Hypothesis(
        4,
        "Equity-market integration",
        "The dispersion of unit returns falls, GDP rises.",
        "Zhao et al. 2025",
        _outcomes(Arm("equity-market"), CHINA, ("-", Quantity("sd_log_return")), ("+", GDP)),
        note="The paper finds GDP +3.1 % and the dispersion of returns −4.8 % at full integration, in a steady state.",
    )


def _internal_trade() -> Hypothesis:
    signed = (("+", GDP), ("-", Quantity("inter_provincial_moves")))
    return Hypothesis(
        5,
        "Internal trade liberalisation",
        "Output rises; inter-provincial migration falls slightly.",
        "Tombe and Zhu 2019; Ma and Tang",
        _outcomes(Arm("free-internal-trade"), CHINA, *signed),
    )


def _data() -> Hypothesis:
    signed = (("+", GDP), ("+", Quantity("digital_value_added", "west")), ("+", EAST_LESS_WEST))
    arms = Arm("one-data-market"), Arm("east-data-west-computing")
    return Hypothesis(
        6,
        "Data unification; East Data, West Computing",
        "GDP rises; western data employment rises; the east gains more than the west.",
        "Lin, Liu and Zhou",
        tuple(outcome for arm in arms for outcome in _outcomes(arm, CHINA, *signed, case=f"`{arm.name}`")),
        note="The model has no data employment: digital value added stands for it. East less west is of relative "
        "gains, per cent of what each has: the east may gain more money and yet less per cent.",
    )


def _digital() -> Hypothesis:
    return Hypothesis(
        7,
        "Digital programme: pro rata against lagging places first",
        "Lagging first gives the larger gain.",
        "Liu, Zhang and Cai: welfare +15.1 % against +10.3 %",
        _outcomes(Arm("digital-lagging-first"), Arm("digital-prorata"), ("+", GDP)),
    )


def _switch_year() -> Hypothesis:
    never = Arm("growth-poles")
    development = {float(year): never.with_settings(switch_year=year) for year in (0, 2, 4, 8)}
    package = {0.0: Arm("coordination-at-once")} | {
        float(year): Arm(f"poles-then-coordination-{year}") for year in (2, 4, 8)
    }
    outcomes, curves = [], []
    shown = tuple(Quantity(name) for name in ("nqpf", "gdp", "theil_gdp_per_head", "nqpf_gini"))
    for title, at in (("development money alone", development), ("whole package", package)):
        inside = tuple(arm for year, arm in at.items() if year)
        for nqpf in (Quantity("nqpf"), Quantity("nqpf", how="mean")):
            case = f"{title}, {nqpf.when}"
            outcomes += [
                Outcome("-", fitted(nqpf, at, 2), f"curvature, {case}"),
                Outcome("+", Best(nqpf, inside, (at[0.0], never)), f"best inside less the better end, {case}"),
                Outcome("", Best(nqpf, inside, (never,)), f"best inside less never, {case}"),
            ]
        outcomes += [
            Outcome("+", fitted(Quantity("theil_gdp_per_head"), at, 1), f"slope, {title}"),
            Outcome("+", fitted(Quantity("nqpf_gini"), at, 1), f"slope, {title}"),
        ]
        rows = [(f"{year:g}", arm) for year, arm in at.items()] + [("never", never)]
        cells = tuple((label, tuple(less(q, arm, CHINA) for q in shown)) for label, arm in rows)
        columns = tuple(q.name for q in shown)
        curves.append(Curve(f"Switch year, {title}, over the status quo", "switch year", columns, cells))
    return Hypothesis(
        8,
        "Growth poles first, then coordination",
        "The level of new quality productive forces is an inverted U in the switch year: its curvature is below zero, "
        "and the best year inside is better than switching at once and than never; inequality rises with delay.",
        "Pan An 2024; inequality is a hypothesis to report, not to force",
        tuple(outcomes),
        tuple(curves),
        "Development money alone: the centre's, from poles to all. Whole package: goods, capital, data, research, "
        "people and transfers integrate in the switch year, too. Years 0, 2, 4 and 8; slope and curvature are of the "
        "least-squares line and parabola, a year each. Never: growth poles and no package. Ends: at once and never. In "
        "the last quarter a later switch has had the package for a shorter time; the mean over the run is shown beside "
        "it, and shares that. The mean, the comparison with never for itself (without a sign: it tells what the "
        "package is worth, not when it should come), and one test against both ends in place of one against each "
        "were decided after part of the results had been seen, with the same signs.",
    )


def _transfers() -> Hypothesis:
    at = {0.0: Arm("differentiated-transfers"), 0.4: CHINA, 1.0: Arm("uniform-transfers")}
    at |= {rate: CHINA.with_settings(transfer_equalisation=rate) for rate in (0.2, 0.6, 0.8)}
    inside = tuple(at[rate] for rate in (0.2, 0.4, 0.6, 0.8))
    outcomes = tuple(
        Outcome("+", Best(quantity, inside, (at[0.0], at[1.0])), f"best inside less the better end, {quantity.when}")
        for quantity in (GDP, GDP_SUM)
    )
    rows = tuple((f"{rate:g}", tuple(less(q, at[rate], CHINA) for q in (GDP, GDP_SUM))) for rate in sorted(at))
    return Hypothesis(
        9,
        "Uniform against differentiated transfers",
        "Output has an optimum inside the range of equalisation.",
        "Zhou and Gong: output +1.5 %, highest near 82 %",
        outcomes,
        (Curve("Equalisation, over the status quo, 0.4", "equalisation", ("gdp, last quarter", "gdp, sum"), rows),),
        "Ends: equalisation of 0 and of 1. One test against both replaced one against each after part of the results "
        "had been seen, with the same sign.",
    )


def _mobility() -> Hypothesis:
    free = (("hukou_easing", "1"),)
    fixed = (("parameters.migration.considering", "0.001"),)
    school, subsidy = "western-schooling", "western-technology"
    a, b = Arm("china", free), Arm("china", fixed)
    schooling = (Arm(school, free), 1), (a, -1), (Arm(school, fixed), -1), (b, 1)
    return Hypothesis(
        10,
        "Human capital against technology subsidy in the west, with and without mobility",
        "With integrated labour markets schooling in the west helps the strong region; the technology subsidy lets "
        "regions converge.",
        "Eurace@Unibi: Dawid, Harting and Neugart",
        (
            *_outcomes(
                Arm(school, free), a, ("+", EAST), ("+", Quantity("gdp_per_head", "east")), case="schooling, mobile"
            ),
            *_outcomes(Arm(school, fixed), b, ("+", WEST_LESS_EAST), case="schooling, immobile"),
            *_outcomes(Arm(school, free), a, ("-", WEST_LESS_EAST), case="schooling, mobile"),
            Outcome("+", weighted(EAST, *schooling), "schooling, mobile less immobile"),
            Outcome("-", weighted(WEST_LESS_EAST, *schooling), "schooling, mobile less immobile"),
            *_outcomes(Arm(subsidy, free), a, ("+", WEST_LESS_EAST), case="technology, mobile"),
            *_outcomes(Arm(subsidy, fixed), b, ("+", WEST_LESS_EAST), case="technology, immobile"),
        ),
        note="Mobile: no registration barrier (`hukou_easing=1`) in both runs of a pair. Immobile: hardly any moves "
        "(`parameters.migration.considering=0.001`) in both. West less east under schooling, mobile and mobile less "
        "immobile, was added after part of the results had been seen: that the strong region gains says only that it "
        "gains more if it is set beside the weak one.",
    )


def _community() -> Hypothesis:
    unlike, alike = (Arm(f"innovation-community-{kind}") for kind in ("complementary", "alike"))
    members = {arm: Quantity("breakthroughs", f"{TREATED}{arm.library}", how="total") for arm in (unlike, alike)}
    both = [(arm, members[of], sign) for of, sign in ((unlike, 1.0), (alike, -1.0)) for arm in (of, CHINA)]
    terms = tuple((arm, quantity, sign if arm != CHINA else -sign) for arm, quantity, sign in both)
    return Hypothesis(
        11,
        "Cross-cluster innovation community",
        "Breakthroughs rise only where capabilities complement each other.",
        "O-ring of components (Kremer 1993); unrelated variety (Castaldi, Frenken and Los)",
        (
            Outcome("+", less(members[unlike], unlike, CHINA)),
            Outcome("", less(members[alike], alike, CHINA)),
            Outcome("+", Contrast(terms), "less the same of clusters alike"),
        ),
        note="Of clusters alike no effect is predicted, which no interval can show; the third row compares the two. A "
        "pair's friction is the mean of its ends': to all other places, too, it falls to 0.65 in both communities, so "
        "that not all of an effect is the partner's.",
        more=3,
    )


def _targeting() -> Hypothesis:
    signed = (("+", Quantity("structural_similarity")), ("+", Quantity("turnover_rate", how="mean")))
    return Hypothesis(
        12,
        "Copycat against related targeting",
        "Copycat raises structural similarity and excess entry and exit.",
        "Yu, Zhou and Zhu",
        _outcomes(CHINA, Arm("related-targeting"), *signed),
    )


def _hinterland() -> Hypothesis:
    reserve, shock, both = Arm("strategic-hinterland"), Arm("coastal-shock"), Arm("strategic-hinterland-shock")
    lost = (reserve, 1), (both, -1), (shock, 1), (CHINA, -1)
    rows = tuple((f"`{arm.name}`", (less(GDP_SUM, arm, CHINA),)) for arm in (reserve, shock, both))
    return Hypothesis(
        13,
        "Strategic hinterland",
        "GDP is lower without shocks, the loss to a shock is smaller, and expected GDP is higher above a critical "
        "probability of the shock.",
        "resolution of the Third Plenum, July 2024: strategic hinterland",
        (
            *_outcomes(reserve, CHINA, ("-", GDP_SUM)),
            Outcome("-", weighted(GDP_SUM, *lost), "loss to the shock"),
            Outcome("-", Insurance(GDP_SUM, CHINA, reserve, shock, both), "cost over what one shock saves, per year"),
        ),
        (Curve("Over the status quo without a shock", "scenario", ("gdp, sum",), rows),),
        "Cost over what one shock saves, per year, is the critical probability, as far as it is one; shocks are so "
        "rare that their effects add up, and what is lost after the last quarter is not seen. That it is below 1, as "
        "it must be for any probability to be critical, got its own row after part of the results had been seen.",
    )


def _land() -> Hypothesis:
    at = {-1.0: Arm("land-tilt-coast"), 0.0: CHINA, 1.0: Arm("land-tilt-west")}
    at |= {tilt: CHINA.with_settings(land_tilt=tilt) for tilt in (-0.5, 0.5)}
    gap = Quantity("gdp_per_head", "east", "west")
    others = tuple(at[tilt] for tilt in (-1.0, -0.5, 0.0, 0.5))
    rows = tuple((f"{tilt:g}", tuple(less(q, at[tilt], CHINA) for q in (GDP, gap))) for tilt in sorted(at))
    return Hypothesis(
        14,
        "Land tilt to the west",
        "The income gap falls; the output gain is well below that of the best policy.",
        "land quotas tilted inland since 2003",
        (
            *_outcomes(at[1.0], CHINA, ("-", gap)),
            Outcome("+", Best(GDP, others, (at[1.0],)), "best other tilt less the west"),
        ),
        (Curve("Tilt of land, over the status quo, 0", "land_tilt", ("gdp", gap.name), rows),),
        "The status quo is among the other tilts since part of the results had been seen.",
    )


HYPOTHESES: tuple[Hypothesis, ...] = tuple(
    make()
    for make in (
        *(_registration, _capital_to_the_east, _rail, _equity_market, _internal_trade, _data, _digital),
        *(_switch_year, _transfers, _mobility, _community, _targeting, _hinterland, _land),
    )
)
"""In the order of their numbers."""
