"""OpenML: datasets, tasks, flows, evaluations."""
