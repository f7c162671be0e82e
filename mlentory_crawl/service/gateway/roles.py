"""Roles: each may read whatever the lower ones may."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """A role of those who ask, from the lowest to the highest; `ANYONE` needs no key, whatever the settings."""

    ANYONE = 0
    READER = 1
    CURATOR = 2
    OPERATOR = 3
    ADMIN = 4

    @property
    def word(self) -> str:
        """Return the name that people write."""
        return self.name.lower()


GIVEN = {role.word: role for role in Role if role is not Role.ANYONE}
"""The roles that a key may have, by name."""
