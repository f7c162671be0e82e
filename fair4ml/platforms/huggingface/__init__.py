"""The Hugging Face Hub: models, cards, datasets, Croissant files, owners."""

IS_EXAMPLE = True
"""Messages name this platform where they need an example."""

CENSUS_KINDS = ("model",)
"""The kinds of records that a census lists completely."""

LOOK_UPS = {
    "ancestors": ("model",),
    "cards": ("card",),
    "datasets": ("dataset", "croissant"),
    "owners": ("owner",),
    "articles": ("article",),
}
"""The look-ups of what records name, in their order, and the kinds of records that each brings (articles: arXiv's)."""
