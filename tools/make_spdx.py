"""Write fair4ml/data/spdx.json from the npm package spdx-license-ids (CC0-1.0), a copy of the SPDX License List's ids.

Usage: python tools/make_spdx.py PACKAGE_DIRECTORY
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "fair4ml" / "data" / "spdx.json"


def main(package: Path) -> None:
    """Writes the identifiers, sorted, with the package's name, version and license."""
    about = json.loads((package / "package.json").read_text("utf-8"))
    table = {
        "generated_by": "python tools/make_spdx.py PACKAGE_DIRECTORY",
        "origin": f"npm package {about['name']} {about['version']}, {about['license']}",
        "current": sorted(json.loads((package / "index.json").read_text("utf-8"))),
        "deprecated": sorted(json.loads((package / "deprecated.json").read_text("utf-8"))),
    }
    TARGET.write_text(json.dumps(table, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
