"""The `nqpf` command, which also writes to a file how many runs are open: `python told.py FILE app …`.

The page itself tells nobody; a test of what happens when a visitor leaves has to know.
"""

import sys
from pathlib import Path

from nqpf.experiments.cli import main
from nqpf.visualization.workers import Pool


def tell(file):
    """Let the pool write the number after each run that comes or goes."""
    for name in ("_enter", "cancel"):
        setattr(Pool, name, telling(getattr(Pool, name), file))


def telling(method, file):
    """The method, with the number written after it."""

    def told(pool, *arguments):
        answer = method(pool, *arguments)
        file.write_text(f"{len(pool.where)}", encoding="utf-8")
        return answer

    return told


if __name__ == "__main__":
    tell(Path(sys.argv[1]))
    main(sys.argv[2:])
