"""Writes `.env.example` from the table of settings: `python tools/make_env_example.py > .env.example`."""

from __future__ import annotations

import sys

from mlentory_crawl.environment import VARIABLES

HEAD = (
    "# Settings of mlentory_crawl: copy to .env, or set them in the environment, which goes first."
    " Empty counts as unset.\n"
)


def text() -> str:
    """The whole file; settings without a default are commented out."""
    return HEAD + "".join(
        f"\n# {v.meaning}\n{'' if v.default else '# '}{v.name}={v.default or ''}\n" for v in VARIABLES
    )


if __name__ == "__main__":
    sys.stdout.write(text())
