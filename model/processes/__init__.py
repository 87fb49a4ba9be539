"""What happens in a quarter, one process a module; `nqpf.model.economy` gives the order."""
