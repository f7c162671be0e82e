"""All tools that agents are offered."""

from __future__ import annotations

from mlentory_crawl.service.agents import lineage_tools
from mlentory_crawl.service.agents.changes_tool import CHANGES
from mlentory_crawl.service.agents.compare_tool import COMPARE
from mlentory_crawl.service.agents.get_model import GET_MODEL
from mlentory_crawl.service.agents.leaderboard_tool import LEADERBOARD
from mlentory_crawl.service.agents.search_models import SEARCH_MODELS
from mlentory_crawl.service.agents.similar_tool import SIMILAR

OFFERS = (SEARCH_MODELS, GET_MODEL, *lineage_tools.OFFERS, COMPARE, LEADERBOARD, SIMILAR, CHANGES)
"""In the order in which they are listed: those that are needed most come first."""
