"""The page: watch a run, step back and forth, move levers and compare."""
