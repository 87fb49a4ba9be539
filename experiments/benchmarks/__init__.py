"""Timings of the model itself."""
