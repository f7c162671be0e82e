"""MLflow tracking servers."""

TITLE = "MLflow"
"""The name for people."""

CENSUS_KINDS = ("registered_model", "model_version", "logged_model", "run", "experiment")
"""The kinds of records that a census lists completely."""
