"""The commands, one a module.

Each has `register(app)`. None imports anything heavier than Typer before its command runs: `nqpf --help` loads all.
"""
