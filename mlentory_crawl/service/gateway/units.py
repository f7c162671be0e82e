"""Units, in which the cost of an answer is counted."""

from __future__ import annotations

TENTHS = 10
"""The number of parts of a unit that costs are counted in."""
