"""The tutorial runs from its first cell to its last, without the network, and is kept without outputs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from support.crawling import ROOT

from mlentory_crawl.config.variables import VARIABLES

TUTORIAL = ROOT / "docs" / "tutorial.ipynb"
LOOPBACK_ONLY = """
import sys


def refuse(event, arguments):
    if event == "socket.getaddrinfo" and arguments[0] not in (None, "", "localhost", "127.0.0.1", b"127.0.0.1"):
        raise OSError(f"the tutorial asks for {arguments[0]}")


sys.addaudithook(refuse)
"""


def test_the_tutorial_is_kept_without_outputs() -> None:
    cells: list[dict[str, Any]] = json.loads(TUTORIAL.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) > 10
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []


@pytest.mark.extra(name="notebook")
def test_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nbformat
    from nbclient import NotebookClient

    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)
    for name, folder in {"IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "config", "TMPDIR": "temporary"}.items():
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(name, str(tmp_path / folder))
    (tmp_path / "sitecustomize.py").write_text(LOOPBACK_ONLY)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    # The kernel warns, on some systems, of debuggers and of frozen modules; its answers are what counts here.
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    notebook = nbformat.read(TUTORIAL, as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    told = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in told if output.output_type == "error" or output.get("name") == "stderr"]
    shown = "".join(output.data.get("text/html", "") for output in told if "data" in output)
    for text in ("Lineage of example-gguf/acme-7b-support-GGUF", "cardData.license", "license conflict: Apache-2.0"):
        assert text in shown
    assert any("image/svg+xml" in output.get("data", {}) for output in told)
