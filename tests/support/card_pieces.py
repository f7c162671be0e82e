"""Pieces of which hostile model cards are made."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        *(
            "---",
            "----",
            "\n",
            "\r\n",
            "\ufeff",
            "\x00",
            "\ud800",
            " ",
            "\t",
            "a: ",
            "- ",
            "? ",
            "[",
            "]",
            "{",
            "}",
            "|",
        ),
        *(
            "&a ",
            "*a",
            "<<: ",
            "!!x ",
            "'",
            '"',
            "#",
            "## Uses",
            "# Usage\n",
            "\n# Citation\n",
            "\n\n",
            "> ",
            "```",
            "~~~",
        ),
        *("<!--", "-->", "<script>", "</", "<![CDATA[", "<?", "&#", "@article{a,", "title={x}", "}", "@string", "CO2"),
        *(
            "# Environmental Impact\n",
            "1.5 kg ",
            "[More Information Needed]",
            "{{",
            "}}",
            "**",
            "_",
            "`",
            "![",
            "](",
            "\\",
        ),
        *("Repository: ", "# Code\n", "[Code](", "https://github.com/a/b", "github.com/a/c", " | "),
        *("|a|b|\n|-|-|\n", "1. ", "***", "===", "http://x", "no", "~", "\u2028"),
    ]
)
