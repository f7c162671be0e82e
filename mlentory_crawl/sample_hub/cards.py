"""Model cards that go with records: front matter from ``cardData``, and a few invented sentences."""

from __future__ import annotations

import yaml

from mlentory_crawl.sample_hub.templates import Json


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
    front_matter = record.get("cardData")
    text = f"---\n{yaml.safe_dump(front_matter, allow_unicode=True, sort_keys=False)}---\n\n" if front_matter else ""
    name = str(record["id"]).rpartition("/")[2]
    task = str(record.get("pipeline_tag") or "something").replace("-", " ")
    text += f"# {name}\n\nThis is a stand-in of a model card. The model was made up, for {task}, and nobody has trained it.\n"
    if isinstance(record.get("baseModels"), dict):
        parents = ", ".join(model["id"] for model in record["baseModels"]["models"])
        text += f"\n## Model description\n\n{name} comes from {parents}.\n"
    text += (
        "\n## Intended uses and limitations\n\nTo see how a crawler reads model cards. Do not use it for decisions about people.\n"
        "\n## How to use\n\n```python\nfrom nowhere import load  # a comment, not a heading:\n# not a section\n"
        f'model = load("{record["id"]}")\n```\n'
    )
    return text
