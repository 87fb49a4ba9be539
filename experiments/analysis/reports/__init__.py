"""The report of a run or of a sweep: a self-contained page, and its short form in the terminal."""

from __future__ import annotations

from nqpf.experiments.analysis.reports.folders import Report, report

__all__ = ["Report", "report"]
