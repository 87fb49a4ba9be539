"""What each policy must do: hypotheses of the literature on paired seeds, with an interval and a verdict each.

`python -m nqpf.experiments.counterfactuals [--seeds N] [--quarters N] [--firms N] [--workers N] [--only 1,8]
[--out FILE] [--resume FILE]`. The numbers behind the page stand beside it as JSON lines, one for each run of an arm
under a seed: what was stopped goes on with `--resume`, and what is in the file is not run again unless its scenario has
become another.
"""
