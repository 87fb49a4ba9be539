"""Why an outcome does not follow its sign; written by hand, after looking for the mechanism."""

_RELATIVE_DATA = (
    "In a national pool all places use nearly the same data, so who shared little before gains most: ln Pool rises by "
    "2.1 in the east and by 3.5 in the west, whose provinces hold less (`docs/levers.md`)."
)
_NO_LASTING_HEAD_START = (
    "Nothing that the pole phase builds outlasts it. Its instrument, development money, acts through public capital, "
    "whose elasticity is 0.006: poles without coordination do not raise GDP or the index at all (row *never*). "
    "Coordination pays from its first quarter, so every year of delay is a year less of it."
)
_LITTLE_MONEY = (
    "Where the centre's development money goes hardly matters for the level: it becomes public capital, whose "
    "elasticity is 0.006, and no row of the table differs from the status quo by more than some hundredths of a per "
    "cent of GDP."
)
_MONOTONE = (
    "GDP falls steadily as equalisation rises, by hundredths of a per cent: spending moves to provinces that produce "
    "less, and people with it; public capital is too weak to make up for it (`docs/levers.md`, transfer_equalisation)."
)

EXPLANATIONS: dict[tuple[int, str], str] = {
    (3, "gdp of bypassed"): (
        "They do lose at first: 1.1 % after two years, up to 1.4 % in the sixth. Later lines raise the whole nation's "
        "GDP, by 3.3 % in year 10, and carry them along; relative to nodes they stay behind."
    ),
    (5, "inter_provincial_moves"): (
        "Labour moves less, as predicted (−0.25 and −0.23 %, seeds 1 and 2, 2,000 firms, 40 quarters), for real wages "
        "come together: the standard deviation over residents of the log value of living falls from 0.36 to 0.35. "
        "Talent moves more (+0.69 and +0.85 %): its values of living draw apart, from 0.37 to 0.39."
    ),
    (6, "gdp of east less that of west, `one-data-market`"): _RELATIVE_DATA,
    (6, "gdp of east less that of west, `east-data-west-computing`"): (
        "Capacity serves who is near: compute over need rises from 0.95 to 1.14 in the west and from 1.04 to 1.05 in "
        "the east (second quarter, seed 1, 2,000 firms). In the model western hubs help eastern users little, for "
        "latency is a distance."
    ),
    (7, "gdp"): (
        "On impact GDP gains a little more; then networks that are denser where little research stands lower the "
        "friction of joint research less, and people follow to places that produce less (`docs/levers.md`, "
        "digital_allocation)."
    ),
    (8, "nqpf, curvature, development money alone, last quarter"): _LITTLE_MONEY,
    (8, "nqpf, best inside less the better end, development money alone, last quarter"): _LITTLE_MONEY,
    (8, "nqpf, curvature, development money alone, mean of quarters"): _LITTLE_MONEY,
    (8, "nqpf, best inside less the better end, development money alone, mean of quarters"): _LITTLE_MONEY,
    (8, "theil_gdp_per_head, slope, development money alone"): _LITTLE_MONEY,
    (8, "nqpf_gini, slope, development money alone"): _LITTLE_MONEY,
    (8, "nqpf, best inside less the better end, whole package, last quarter"): _NO_LASTING_HEAD_START,
    (8, "nqpf, best inside less the better end, whole package, mean of quarters"): _NO_LASTING_HEAD_START,
    (8, "nqpf, curvature, whole package, mean of quarters"): (
        _NO_LASTING_HEAD_START + " The gain builds up over years, so that the mean over the run loses most by the "
        "first years of delay: it falls ever more slowly."
    ),
    (8, "theil_gdp_per_head, slope, whole package"): (
        "The package itself narrows the gap between provinces, and most soon after it begins: the Theil index is "
        "0.0035 lower two years after the switch, 0.0033 ten years after it. Late switchers are read early."
    ),
    (9, "gdp, best inside less the better end, last quarter"): _MONOTONE,
    (9, "gdp, best inside less the better end, sum of quarters"): _MONOTONE,
    (10, "gdp of west less that of east, schooling, mobile"): (
        "The east does gain (+0.29 %), but the west gains more: about 2.8 % of people move in a year (seed 1, 2,000 "
        "firms), so that within ten years most of those whom western schools have taught work where they were taught."
    ),
    (10, "gdp of west less that of east, schooling, mobile less immobile"): (
        "Mobility adds 0.11 % to the east's GDP, and as much to the west's; why to both alike was not looked into."
    ),
    (11, "breakthroughs of places in innovation-community-complementary, less the same of clusters alike"): (
        "The gain does not come from the partner cluster but from third parties, to whom friction falls as well. Over "
        "16 quarters of seed 1 all 30 partners of the attempts in the alike community lie outside both clusters (9 of "
        "30 without it), and the chance of an attempt rises from 0.14 to "
        "0.20. In the complementary one 18 of 24 partners stay in the firm's own place, 1 is in the "
        "other cluster. Beijing and Chongqing are 1,458 km apart, and access falls with distance."
    ),
    (12, "turnover_rate"): (
        "The number of entrants is tied to that of exits to be expected, and exits depend on returns relative to the "
        "city's: targets decide where firms are born, hardly how many."
    ),
    (13, "gdp, cost over what one shock saves, per year"): (
        "Idle capacity costs 1.9 % of GDP in every year and saves 0.16 % of ten years' GDP in one shock: a reserve of "
        "30 % that a loss of a fifth in the east uses for four quarters pays hardly even if such a shock came every "
        "year. The benefit a reserve has outside output is not in the model."
    ),
    (14, "gdp_per_head of east less that of west"): (
        "People follow the land: the west's share of residents rises from 27.2 to 27.4 % (seed 1, 2,000 firms, 40 "
        "quarters), more than its output, so that its GDP per head falls. What people can buy comes closer, for land "
        "is cheaper there: the log gap of the value of living falls from 0.19 to 0.11 for labour, and from 0.03 to "
        "−0.04 for talent."
    ),
}
"""(number of the hypothesis, name of the outcome) → what lies behind it."""
