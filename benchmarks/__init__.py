"""Benchmarks: `python -m benchmarks` measures the chain on this machine."""
