"""A run or a sweep as files of another kind: CSV, Parquet, netCDF, DuckDB, Excel.

`of_run` and `of_sweep` read tables batch by batch, so that no more than some of the rows is ever in memory; the modules
that `formats` names write them, each with what `schema.json` says of the columns; `target` keeps a file that is not
whole from standing under the name asked for. Every value stays what it is in the run, to the bit.
"""

from __future__ import annotations

from nqpf.experiments.exporting.formats import FORMATS, Exported, export

__all__ = ["FORMATS", "Exported", "export"]
