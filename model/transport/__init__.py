"""Ways between places: distances, roads, rail services with the quarter they open, and shortest times."""
