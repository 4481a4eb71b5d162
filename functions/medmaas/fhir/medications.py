"""Which drug a resource names: by its codes, what it refers to, its ingredients, then by name.

https://hl7.org/fhir/R4/medication.html and https://hl7.org/fhir/R4/references.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from medmaas.facts import Fact
from medmaas.fhir.drug_names import Mention, Names, fold, says_nothing
from medmaas.fhir.record import Entry
from medmaas.fhir.references import Content, Place, Referred, list_objects
from medmaas.fhir.terminologies import ATC, name_system
from medmaas.model.manifest import AdministrationSource, CodeTable, Coding

MEDICATIONS = ("Medication", "Substance")
_DEEPEST = 6  # of an ingredient's ingredients
_NO_CODES = ("data-absent-reason", "nullflavor")  # systems that say why there is no code

_Code = tuple[str, str]
Verdict = Literal["drug", "other", "similar", "unclear"]


@dataclass(slots=True)
class Named:
    """What a resource says of its drug.

    Attributes:
        codes: of terminologies, as their owners spell these.
        displays: of codes, what is displayed beside each.
        texts: the same, and what is said in words.
        inside: the same of its ingredients.
        lost: whether it refers to what is not there.
    """

    codes: list[_Code] = field(default_factory=list)
    displays: list[tuple[_Code, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    inside: list["Named"] = field(default_factory=list)
    lost: bool = False


class Medications:
    """The Medications and Substances that a record holds, for those that refer to them.

    Args:
        entries: of a record.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._referred = Referred(entries)
        self._read: dict[int, Named] = {}

    def read(self, entry: Entry) -> Named:
        """What an administration or order says of its drug."""
        key = id(entry.content)
        if key not in self._read:
            named, content = Named(), entry.content
            _add_concept(named, content.get("medicationCodeableConcept"))
            reference = content.get("medicationReference")
            self._follow(named, reference, Place.of(entry), _DEEPEST)
            self._read[key] = named
        return self._read[key]

    def _follow(self, named: Named, reference: object, place: Place, left: int) -> None:
        """Add what a reference leads to."""
        if reference is None:
            return
        target = reference.get("reference") if isinstance(reference, dict) else None
        _add_text(named, reference.get("display") if isinstance(reference, dict) else None)
        is_followed = isinstance(target, str) and left
        content = self._referred.resolve(str(target), place) if is_followed else None
        if content is None or _is_void(content):
            named.lost = True
            return
        inner = place if str(target).startswith("#") else Place(content, place.base)
        _add_concept(named, content.get("code"))
        for one in list_objects(content.get("ingredient")):
            if one.get("isActive") is False:
                continue
            ingredient = Named()
            for name in ("itemCodeableConcept", "substanceCodeableConcept"):
                _add_concept(ingredient, one.get(name))
            for name in ("itemReference", "substanceReference"):
                self._follow(ingredient, one.get(name), inner, left - 1)
            named.inside.append(ingredient)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whether a resource is of a drug.

    Attributes:
        verdict: whether it is of the drug, of another, of a similar one, or cannot be told.
        by_name: whether a name alone says that it is of the drug.
        presumed: whether it is taken as another only because nothing says that it is of the drug.
        rule: why it cannot be told.
    """

    verdict: Verdict
    by_name: bool = False
    presumed: bool = False
    rule: Fact | None = None


def _tell_unclear(code: str) -> Identity:
    return Identity("unclear", rule=Fact(code))


_CODE_UNKNOWN = _tell_unclear("drug_code_unknown")
_CONTRADICTS = _tell_unclear("drug_contradicts")
_GRAVITY: dict[Verdict, int] = {"drug": 0, "similar": 1, "unclear": 2, "other": 3}


class Drug:
    """A drug, as a manifest knows it.

    Args:
        source: which names its codes and names.
        others: other drugs of the same manifest, whose codes are not its own.
    """

    def __init__(
        self, source: AdministrationSource, others: Iterable[AdministrationSource] = ()
    ) -> None:
        similar = source.similar
        self.display = source.codes[0].display
        self._own = {*_list_codes(source.codes), *_list_table(source.products)}
        self._similar = {*_list_table(similar.products)} if similar else set[_Code]()
        self._others = {
            code
            for other in others
            for code in (*_list_codes(other.codes), *_list_table(other.products))
        } - self._own
        self._systems = {system for system, _ in self._own}
        self._complete = {name_system(table.system) for table in source.products if table.complete}
        self._names = Names(
            own=(*source.names, *(code.display for code in source.codes)),
            similar=similar.names if similar else (),
            vague=source.vague,
        )

    def judge(self, named: Named) -> Identity:
        """Whether what is named is the drug.

        An ingredient says it as well as the name of the whole; codes come before names. What
        contradicts itself cannot be told.
        """
        outer = self._judge_outside(named)
        inner = [self.judge(one) for one in named.inside]
        if inner and outer == _CODE_UNKNOWN:  # a product, whose ingredients say what it is
            outer = None
        found = [one for one in (outer, *inner) if one is not None]
        verdicts = {one.verdict for one in found}
        if "drug" in verdicts and ("similar" in verdicts or _contradict(outer, inner)):
            return _CONTRADICTS
        if "drug" in verdicts:
            names = [one.by_name for one in found if one.verdict == "drug"]
            return Identity("drug", by_name=all(names))
        if not found:
            return _tell_unclear("drug_behind_reference" if named.lost else "drug_unnamed")
        if outer and outer.verdict == "other" and not outer.presumed:
            return outer
        gravest = min(found, key=lambda one: _GRAVITY[one.verdict])
        return (
            gravest if gravest.rule else replace(gravest, presumed=any(o.presumed for o in found))
        )

    def _judge_outside(self, named: Named) -> Identity | None:
        """The same without ingredients; None where nothing is said."""
        kinds = {self._judge_code(code) for code in named.codes}
        mentions = {self._names.find(text) for text in named.texts}
        is_own = "own" in kinds or Mention.OWN in mentions
        is_similar = Mention.SIMILAR in mentions
        is_odd = is_similar or not kinds.isdisjoint({"similar", "other"})
        if "own" not in kinds:  # then a name decides, and another name is against it
            is_odd = is_odd or Mention.NONE in mentions
        contradicts = is_own and (is_odd or self._shows_another(named))
        rules = [
            (contradicts or ("other" in kinds and is_similar), _CONTRADICTS),
            ("own" in kinds, Identity("drug")),
            ("similar" in kinds, Identity("similar")),
            ("other" in kinds, Identity("other")),
            (Mention.OWN in mentions, Identity("drug", by_name=True)),
            (is_similar, Identity("similar")),
            (Mention.VAGUE in mentions or "class" in kinds, _tell_unclear("drug_vague")),
            (Mention.NONE in mentions, Identity("other", presumed=True)),
            (bool(kinds), _CODE_UNKNOWN),
        ]
        return next((identity for holds, identity in rules if holds), None)

    def _shows_another(self, named: Named) -> bool:
        """Whether a code that is not known, of a terminology that is, displays another name."""
        return any(
            code[0] in self._systems
            and self._judge_code(code) == "unknown"
            and self._names.find(text) is Mention.NONE
            for code, text in named.displays
        )

    def _judge_code(self, code: _Code) -> Literal["own", "class", "similar", "other", "unknown"]:
        if code in self._own or _is_below(code, self._own):
            return "own"
        if _is_above(code, self._own):
            return "class"
        if code in self._similar or _is_below(code, self._similar):
            return "similar"
        if code in self._others or code[0] in self._complete:
            return "other"
        return "unknown"


def make_drugs(sources: Mapping[str, AdministrationSource]) -> dict[str, Drug]:
    """The drugs of a manifest, by feature, each knowing the codes of the others."""
    return {
        name: Drug(source, [other for one, other in sources.items() if one != name])
        for name, source in sources.items()
    }


def _contradict(outer: Identity | None, inner: list[Identity]) -> bool:
    """Whether codes say that the whole is another drug than its ingredient, or the reverse."""
    if outer is None:
        return False
    if outer == _CONTRADICTS:
        return True
    if outer.verdict == "other":
        return not outer.presumed
    return bool(inner) and all(one.verdict == "other" and not one.presumed for one in inner)


def _is_below(code: _Code, codes: set[_Code]) -> bool:
    """Whether a code of ATC is below one of these."""
    return code[0] == ATC and any(code[1].startswith(own) for s, own in codes if s == ATC)


def _is_above(code: _Code, codes: set[_Code]) -> bool:
    """Whether a code of ATC is the class of one of these."""
    return code[0] == ATC and any(own.startswith(code[1]) for s, own in codes if s == ATC)


def _list_codes(codings: Iterable[Coding]) -> list[_Code]:
    return [_spell(coding.system, coding.code) for coding in codings]


def _list_table(tables: Iterable[CodeTable]) -> list[_Code]:
    return [_spell(table.system, code) for table in tables for code in table.codes]


def _spell(system: object, code: object) -> _Code:
    named = name_system(system) or ""
    text = str(code).strip()
    return named, text.upper() if named == ATC else text


def _add_concept(named: Named, concept: object) -> None:
    """Add what a CodeableConcept says, which may be anything."""
    if not isinstance(concept, dict):
        return
    _add_text(named, concept.get("text"))
    for coding in list_objects(concept.get("coding")):
        system, code = coding.get("system"), coding.get("code")
        if isinstance(system, str) and system.lower().endswith(_NO_CODES):
            continue
        if isinstance(system, str) and code not in (None, "") and not isinstance(code, dict | list):
            named.codes.append(_spell(system, code))
            if text := _fold(coding.get("display")):
                named.displays.append((named.codes[-1], text))
        _add_text(named, coding.get("display"))


def _add_text(named: Named, text: object) -> None:
    if folded := _fold(text):
        named.texts.append(folded)


def _fold(text: object) -> str:
    """A text that says something, folded; else nothing."""
    folded = fold(text) if isinstance(text, str) else ""
    return "" if says_nothing(folded) else folded


def _is_void(content: Content) -> bool:
    """Whether a Medication does not hold, or says what is not read and may change it."""
    is_error = content.get("status") == "entered-in-error"
    return is_error or bool(content.get("modifierExtension") or content.get("implicitRules"))
