"""The Hugging Face Hub: models, cards, datasets, Croissant files, owners."""

IS_EXAMPLE = True
"""Messages name this platform where they need an example."""

CENSUS_KINDS = ("model",)
"""The kinds of records that a census lists completely."""
