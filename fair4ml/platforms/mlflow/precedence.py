"""The worth of MLflow's records beside those of others about the same thing."""

from __future__ import annotations

from fair4ml.merge import Authority

AUTHORITY = Authority(rank=4)
