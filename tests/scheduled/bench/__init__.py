"""Measurements, side by side in one run: `python -m tests.scheduled.bench`. They tell; no test depends on them."""
