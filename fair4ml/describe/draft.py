"""A description while a mapping writes it."""

from __future__ import annotations

from fair4ml.entities import Description, Entity, FieldIssue, PropertyValue, Stub
from fair4ml.identifiers import part_iri


class Draft:
    """Collects what a record states besides the properties of the thing itself; each part and each stub once.

    Attributes:
        iri: the IRI of the thing.
        parts: the parts so far, by IRI.
        exceptions: where values come from that do not come from where the mapping declares, by property.
        license: the IRI of the license of what the source says, if it states one for all of it.
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
        """Adds a part, and gives its IRI."""
        self.parts[part.iri] = part
        return part.iri

    def stub(self, stub: Stub) -> str:
        """Adds a thing that is only named, and gives its IRI."""
        self._stubs[stub.iri] = stub
        return stub.iri

    def value(self, property_id: str, value: float | str, *, unit: str | None = None, name: str | None = None) -> str:
        """Adds a value that the vocabularies have no property for, and gives its IRI.

        Args:
            property_id: what the value is of.
            value: the value.
            unit: its unit.
            name: tells values of the same property apart.
        """
        iri = part_iri(self.iri, "property", property_id, name)
        return self.part(PropertyValue(iri=iri, name=name, property_id=property_id, value=value, unit_text=unit))

    def issue(self, field: str, reason: str) -> None:
        """Notes that a value was left out.

        Args:
            field: the source's name of the field, with the position inside it.
            reason: what is wrong, in words that do not depend on the value.
        """
        self._issues.append(FieldIssue(field, reason))

    def finish(self, root: Entity, counters: dict[str, int]) -> Description:
        """The description of the thing."""
        # A part that states but an edge of another thing leaves its name to the stub.
        named = {self.iri, *(iri for iri, part in self.parts.items() if part.name is not None)}
        stubs = [stub for iri, stub in self._stubs.items() if iri not in named]
        return Description(
            root, list(self.parts.values()), stubs, counters, self._issues, self.exceptions, self.license
        )
