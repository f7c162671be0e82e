"""arXiv."""

from fair4ml.describe.queues import Named

TITLE = "arXiv"
"""The name for people."""

LOOK_UPS = {"articles": ("article",)}
"""The look-ups of what records name, and the kinds of records that each brings."""

ARTICLES = "https://arxiv.org/abs/"
"""The prefix of the IRIs of articles."""

API_SLOT = "arxiv.api"
"""The download slot of the requests to the API."""

BATCH = 200
"""The number of articles per request: their ids fit into an address, and the response takes only seconds."""

QUEUES = {"articles": Named("ScholarlyArticle", ARTICLES, API_SLOT, 1 / BATCH)}
"""The queues of the look-ups."""
