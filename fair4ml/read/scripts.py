"""Writing systems, as far as the words of a text depend on them."""

from __future__ import annotations

IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Each of these stands alone, as languages without spaces have no other words to find."""
