"""What is done with the model: runs, experiments, comparisons, and the `nqpf` command."""
