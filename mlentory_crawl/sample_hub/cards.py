"""Model cards that go with records: front matter from ``cardData``, and a few invented sentences."""

from __future__ import annotations

import re

import orjson

from mlentory_crawl.sample_hub.templates import Json

_INTRODUCTION = """\
# {name}

This is a stand-in of a model card. The model was made up, for {task}, and nobody has trained it.
"""
_USE = """
## Intended uses and limitations

To see how a crawler reads model cards. Do not use it for decisions about people.

## How to use

```python
from nowhere import load  # the next line is a comment, not a heading
# not a section
model = load("{id}")
```
"""


def card(record: Json) -> str | None:
    """The README of a model, or None where it has none.

    Args:
        record: the whole record of the model.
    """
    siblings = record.get("siblings")
    if isinstance(siblings, list):
        if not any(isinstance(sibling, dict) and sibling.get("rfilename") == "README.md" for sibling in siblings):
            return None
    elif "cardData" not in record:
        return None
    # JSON is YAML as well.
    front_matter = record.get("cardData") or {}
    lines = [f"{_key(key)}: {orjson.dumps(value).decode()}\n" for key, value in front_matter.items()]
    text = f"---\n{''.join(lines)}---\n\n" if lines else ""
    name = str(record["id"]).rpartition("/")[2]
    task = str(record.get("pipeline_tag") or "something").replace("-", " ")
    text += _INTRODUCTION.format(name=name, task=task)
    if isinstance(record.get("baseModels"), dict):
        parents = ", ".join(model["id"] for model in record["baseModels"]["models"])
        text += f"\n## Model description\n\n{name} comes from {parents}.\n"
    return text + _USE.format(id=record["id"])


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z][\w-]*", name) else orjson.dumps(name).decode()
