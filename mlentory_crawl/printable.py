"""Make foreign text harmless: nothing in it controls a terminal or a log viewer, or deceives the reader's eye."""

from __future__ import annotations

import logging

from fair4ml.read.plain_text import Displayed

_SHOWN = Displayed(lambda character: "\ufffd")


def printable(text: str) -> str:
    """Return a text with all characters replaced that do more than display; line breaks and tabs stay."""
    return text if text.isprintable() else text.translate(_SHOWN)


def one_line(text: str) -> str:
    """Return the printable text on one line."""
    return " ".join(printable(text).split())


class PrintableRecord(logging.LogRecord):
    """A log record whose message and traceback are printable, and have no secrets in them."""

    def getMessage(self) -> str:  # noqa: N802  (logging's name)
        return _loggable(super().getMessage())

    @property
    def exc_text(self) -> str | None:
        """The traceback; a text that a formatter sets is made printable as well."""
        return self._exc_text

    @exc_text.setter
    def exc_text(self, text: str | None) -> None:
        self._exc_text = None if text is None else _loggable(text)


def _loggable(text: str) -> str:
    from fair4ml.read.secrets import masked  # commands that only read log nothing

    return masked(printable(text))


def log_printable() -> None:
    """Make everything printable that this process logs from now on."""
    logging.setLogRecordFactory(PrintableRecord)
