"""Rules about licenses of what derives from each other; what they say is tested with lineages."""

from __future__ import annotations

import pytest

from fair4ml.license_rules import _iri


def test_a_license_in_the_data_that_does_not_exist_is_told_by_name() -> None:
    with pytest.raises(ValueError, match="there is no license squirrel-1"):
        _iri("squirrel-1")
