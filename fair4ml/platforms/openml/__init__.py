"""OpenML: datasets, tasks, flows, evaluations."""

TITLE = "OpenML"
"""The name for people."""

CENSUS_KINDS = ("dataset", "task", "flow", "evaluation")
"""The kinds of records that a census lists completely."""

LISTS_APART = True
"""Each of these kinds can be crawled without the others (``-a kinds=``)."""
