"""Two sets of runs set side by side: a policy's deviation from its baseline, seed by seed, by place and quarter.

`pairs` finds the runs and refuses what cannot be paired; `policies` says what differs and where; `panels` reads both
arms; `deviations` are their differences with bands over seeds; `money`, `places`, `mechanisms` ask what it cost, who
gained, and why; `result` puts it together; `terminal`, `page` and `files` show it.
"""

from __future__ import annotations

from nqpf.experiments.comparison.result import Comparison, compare

__all__ = ["Comparison", "compare"]
