"""Which channel is which lead: by names as devices spell them, and by codes.

The leads of ISO/IEEE 11073-10101 (MDC) and of SCP-ECG (ISO 11073-91064) are numbered alike.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from medmaas.model.manifest import Lead

_NUMBERED = {
    1: "I", 2: "II", 3: "V1", 4: "V2", 5: "V3", 6: "V4", 7: "V5", 8: "V6",
    61: "III", 62: "aVR", 63: "aVL", 64: "aVF",
}  # fmt: skip
_FIRST = (131_072, 131_328)  # MDC_ECG_LEAD and MDC_ECG_ELEC_POTL: partition 2, from 0 and from 256
_CODE = re.compile(r"(?:5\.6\.3-9-|2:)(\d{1,3})")
_LONGEST = 128  # characters
# a minus that stands alone is one: -aVR is another lead than aVR
_BEFORE = re.compile(
    r"^(?:mdc_ecg_(?:lead|elec_potl)_|(?:ecg|ekg|leads?|导联)(?:-(?=\S)|[\s_:]+))+"
)


def fold_lead(name: str) -> str:
    """What names of one lead have in common, whatever their case, blanks and words around them."""
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    return re.sub(r"\s+", "", _BEFORE.sub("", plain)).removesuffix("导联")


def read_code(code: str) -> str | None:
    """The lead that a code of MDC or SCP-ECG means; None of any other."""
    if match := _CODE.fullmatch(code):
        return _NUMBERED.get(int(match[1]))
    if not (code.isascii() and code.isdecimal() and len(code) == len(str(_FIRST[0]))):
        return None
    return next((lead for first in _FIRST if (lead := _NUMBERED.get(int(code) - first))), None)


class LeadNames:
    """The leads of a model, by all that they may be called."""

    def __init__(self, leads: Sequence[Lead]) -> None:
        self._places: dict[str, int] = {}
        own = [(name, i) for i, lead in enumerate(leads) for name in (lead.name, *lead.aliases)]
        for name, place in own:
            self._places.setdefault(fold_lead(name), place)
        self._own = {name: self._find(name) for name, _ in own}  # as mostly they are called

    def find(self, names: Iterable[str]) -> set[int]:
        """The places of the leads that are called so: one, unless names contradict each other."""
        places = (self._own[name] if name in self._own else self._find(name) for name in names)
        return {place for place in places if place is not None}

    def _find(self, name: str) -> int | None:
        if len(name) > _LONGEST:
            return None
        return self._places.get(fold_lead(read_code(name) or name))
