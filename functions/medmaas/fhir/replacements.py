"""Which documents another one takes the place of: https://hl7.org/fhir/R4/documentreference.html."""

from collections.abc import Callable, Iterable, Sequence

from medmaas.fhir.record import Entry
from medmaas.fhir.references import Content, Place, Referred, list_objects

_Identifier = tuple[str | None, str]
_SELF_AND_OTHER = 2


def find_replaced(
    references: Sequence[Entry], stands: Iterable[Entry], is_right: Callable[[Content], bool]
) -> tuple[set[int], set[int]]:
    """Which DocumentReferences are replaced.

    Args:
        references: all of a record.
        stands: those of them that take the place of others; not one that was taken back.
        is_right: whether one is of the codes that are looked for.

    Returns:
        The ids, as Python has them, of the contents that are replaced by one of the right codes,
        and of those replaced by one of another.
    """
    rightly, otherwise = _Replacements(references), _Replacements(references)
    for entry in stands:
        (rightly if is_right(entry.content) else otherwise).add(entry)
    return rightly.find(), otherwise.find()


class _Replacements:
    """What some documents replace, by address and by identifier."""

    def __init__(self, references: Sequence[Entry]) -> None:
        self._references, self._referred = references, Referred(references)
        self._found = set[int]()
        self._replacing: dict[_Identifier, set[int]] = {}  # two of them at most

    def add(self, entry: Entry) -> None:
        """Note what a document replaces."""
        own = id(entry.content)
        for relation in list_objects(entry.content.get("relatesTo")):
            target = relation.get("target")
            if relation.get("code") != "replaces" or not isinstance(target, dict):
                continue
            if identifier := _read_identifier(target.get("identifier")):
                replacing = self._replacing.setdefault(identifier, set())
                if len(replacing) < _SELF_AND_OTHER:
                    replacing.add(own)
            named = target.get("reference")
            if isinstance(named, str):
                self._found |= {id(self._referred.resolve(named, Place.of(entry)))} - {own}

    def find(self) -> set[int]:
        """All that are replaced by another."""
        identified = {id(o.content) for o in self._references if self._is_identified(o.content)}
        return self._found | identified

    def _is_identified(self, content: Content) -> bool:
        own = [content.get("masterIdentifier"), *list_objects(content.get("identifier"))]
        named = filter(None, map(_read_identifier, own))
        return any(self._replacing.get(one, set()) - {id(content)} for one in named)


def _read_identifier(identifier: object) -> _Identifier | None:
    """System and value, if it has a value."""
    if not isinstance(identifier, dict) or not isinstance(identifier.get("value"), str):
        return None
    system = identifier.get("system")
    return (system if isinstance(system, str) else None), identifier["value"]
