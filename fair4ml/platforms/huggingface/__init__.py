"""The Hugging Face Hub: models, cards, datasets, Croissant files, owners."""

from fair4ml.describe.queues import Lacking, Named
from fair4ml.identifiers import HUGGING_FACE

TITLE = "Hugging Face"
"""The name for people."""

IS_EXAMPLE = True
"""Messages name this platform where they need an example."""

CENSUS_KINDS = ("model",)
"""The kinds of records that a census lists completely."""

NO_CARD = b"Entry not found"
"""The answer where a model has no card."""

LOOK_UPS = {
    "ancestors": ("model",),
    "cards": ("card",),
    "datasets": ("dataset", "croissant"),
    "owners": ("owner",),
    "articles": ("article",),
}
"""The look-ups of what records name, in their order, and the kinds of records that each brings (articles: arXiv's)."""

API_SLOT, FILE_SLOT = "huggingface.api", "huggingface.resolvers"
"""The download slots, one for each of the Hub's quotas."""

QUEUES = {
    "ancestors": Named("MLModel", HUGGING_FACE, API_SLOT, 1, edge="WAS_DERIVED_FROM"),
    "cards": Lacking("model", "card", FILE_SLOT, 1),
    "datasets": Named("Dataset", f"{HUGGING_FACE}datasets/", API_SLOT, 2),  # the record and the Croissant file
    "owners": Named("Agent", HUGGING_FACE, API_SLOT, 2),  # an organization, or else a user
}
"""The queues of the look-ups that bring the platform's own records."""
