"""A description while a mapping writes it."""

from __future__ import annotations

from fair4ml.entities import Description, Entity, FieldIssue, PropertyValue, Stub
from fair4ml.identifiers import part_iri


class Draft:
    """Collects what a record states besides the properties of its entity; each part and each stub once.

    Attributes:
        iri: the IRI of the entity.
        parts: the parts so far, by IRI.
        exceptions: the sources of values that do not come from the field that the mapping declares, by property.
        license: the IRI of the license of the source's statements, if it states one for all of them.
    """

    __slots__ = ("_issues", "_stubs", "exceptions", "iri", "license", "parts")

    def __init__(self, iri: str) -> None:
        self.iri = iri
        self.exceptions: dict[str, str] = {}
        self.license: str | None = None
        self.parts: dict[str, Entity] = {}
        self._issues: list[FieldIssue] = []
        self._stubs: dict[str, Stub] = {}

    def part(self, part: Entity) -> str:
        """Add a part and return its IRI."""
        self.parts[part.iri] = part
        return part.iri

    def stub(self, stub: Stub) -> str:
        """Add an entity that is only named, and return its IRI."""
        self._stubs[stub.iri] = stub
        return stub.iri

    def value(self, property_id: str, value: float | str, *, unit: str | None = None, name: str | None = None) -> str:
        """Add a value that the vocabularies have no property for, and return its IRI.

        Args:
            property_id: the name of the property.
            value: the value.
            unit: its unit.
            name: distinguishes values of the same property.
        """
        iri = part_iri(self.iri, "property", property_id, name)
        return self.part(PropertyValue(iri=iri, name=name, property_id=property_id, value=value, unit_text=unit))

    def issue(self, field: str, reason: str) -> None:
        """Note that a value was left out.

        Args:
            field: the source's name of the field, with the position inside it.
            reason: what is wrong, in words that do not depend on the value.
        """
        self._issues.append(FieldIssue(field, reason))

    def finish(self, root: Entity, counters: dict[str, int]) -> Description:
        """The finished description of the entity."""
        # A part that states only an edge of another entity leaves its name to the stub.
        named = {self.iri, *(iri for iri, part in self.parts.items() if part.name is not None)}
        stubs = [stub for iri, stub in self._stubs.items() if iri not in named]
        return Description(
            root, list(self.parts.values()), stubs, counters, self._issues, self.exceptions, self.license
        )
