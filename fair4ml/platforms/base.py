"""The names that whoever maps a record by hand needs beside `source_model` and `describe`."""

from fair4ml.describe.source_record import InvalidRecord, SourceRecord, parse

__all__ = ["InvalidRecord", "SourceRecord", "parse"]
