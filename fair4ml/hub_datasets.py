"""The datasets of the Hugging Face Hub that have, or had, a name without an owner: a closed list."""

from __future__ import annotations

import json
from importlib.resources import files

_TABLE = json.loads((files("fair4ml") / "data" / "hub_datasets.json").read_bytes())

MOVED: dict[str, str] = _TABLE["moved"]
"""The ids of those that are known to have been moved to an owner, by their former names."""

FORMER: dict[str, str] = {id: name for name, id in MOVED.items()}
"""The former names of those, by their ids."""

WITHOUT_OWNER: frozenset[str] = frozenset({*MOVED, *_TABLE["not_known_where"]})
"""All of them, in the only spelling that they had; the Hub gives out no such names any more."""
