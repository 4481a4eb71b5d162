"""Units as laboratories spell them, where a UCUM code was wanted: `x10(3)/mcL` is `10*3/uL`.

A short list, and no guess: of a spelling that is not on it nothing is known. A text that is a UCUM
code is one already, and is not looked up here.
"""

import re

from medmaas.model.units import is_unit

# signs that stand for others
_SIGNS = str.maketrans({"µ": "u", "μ": "u", "×": "x", "²": "2", "³": "3", "⁄": "/", "∕": "/"})  # noqa: RUF001
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_POWER = re.compile(r"[xX*]?\s*10\s*(?:\*\*|[*^eE]|\((?=\d+\)))?\s*\+?0?(3|6|9|12)\)?")
_RAISED = re.compile(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_THOUSAND = ("k", "thou", "thousand", "thousands", "tsd", "tsd.")
_MILLION = ("m", "mil", "mill", "million", "millions", "mio", "mio.")
_BILLION = ("g", "gpt", "giga", "bil", "billion")
_TRILLION = ("t", "tpt", "tera")
_POWERS = {
    name: f"10*{power}"
    for power, names in ((3, _THOUSAND), (6, _MILLION), (9, _BILLION), (12, _TRILLION))
    for name in names
}
_COUNTED = re.compile(r"\s*(?:cells?|zellen|wbc|#)\s*")
# what counts are of: of the same volume
_VOLUMES = {
    "ul": "uL", "mcl": "uL", "mm3": "uL", "mm^3": "uL", "mm*3": "uL", "cmm": "uL", "cumm": "uL",
    "cu mm": "uL", "microliter": "uL", "microlitre": "uL", "nl": "nL", "l": "L", "liter": "L",
    "litre": "L", "ml": "mL",
}  # fmt: skip
_MASSES = {"gm": "g", "gms": "g", "mcg": "ug", "mcmol": "umol", "mmoles": "mmol", "umoles": "umol"}
_DENOMINATORS = _VOLUMES | {"dl": "dL", "dcl": "dL", "100 ml": "dL", "100ml": "dL"}
_WHOLE = {
    "g%": "g/dL", "gm%": "g/dL", "mg%": "mg/dL", "percent": "%", "pct": "%", "prozent": "%",
    "mmhg": "mm[Hg]", "mm hg": "mm[Hg]", "cmh2o": "cm[H2O]",
    "c": "Cel", "°c": "Cel", "degc": "Cel", "deg c": "Cel", "celsius": "Cel",
    "f": "[degF]", "°f": "[degF]", "degf": "[degF]", "deg f": "[degF]", "fahrenheit": "[degF]",
    "mosmol/kg": "mosm/kg", "mosm/kg": "mosm/kg",
    "mosm/kg h2o": "mosm/kg", "mosmol/kg h2o": "mosm/kg",
    "ml/min/1.73m2": "mL/min/{1.73_m2}", "ml/min/1.73 m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m^2": "mL/min/{1.73_m2}", "ml/min/1.73": "mL/min/{1.73_m2}",
    "ml/min/1.73.m2": "mL/min/{1.73_m2}", "ml/min per 1.73 m2": "mL/min/{1.73_m2}",
    "meq/l": "meq/L", "mval/l": "meq/L", "mg/g creat": "mg/g",
    "iu/l": "[IU]/L", "miu/l": "m[IU]/L", "miu/ml": "m[IU]/mL", "uiu/ml": "u[IU]/mL",
    "lb": "[lb_av]", "lbs": "[lb_av]", "pounds": "[lb_av]", "in": "[in_i]", "inch": "[in_i]",
    "inches": "[in_i]", "bpm": "/min", "beats/min": "/min", "次/分": "/min",
    "year": "a", "years": "a", "yr": "a", "yrs": "a", "y": "a", "岁": "a", "年": "a",
    "month": "mo", "months": "mo", "月": "mo", "week": "wk", "weeks": "wk", "周": "wk",
    "day": "d", "days": "d", "天": "d", "日": "d",
}  # fmt: skip


def find_unit(text: str) -> str | None:
    """The UCUM code that a text is, or that it stands for as a laboratory's spelling.

    None where it is neither.
    """
    return text if is_unit(text) else read_spelling(text)


def read_spelling(text: str) -> str | None:
    """The UCUM code that a laboratory's spelling of a unit stands for.

    Args:
        text: as it was sent, where it is not a UCUM code.

    Returns:
        None where it is not on the list.

    Example:
        read_spelling("Gpt/L") == "10*9/L"
    """
    raised = _RAISED.sub(lambda found: f"10*{found[1].translate(_SUPERSCRIPTS)}", text)
    plain = " ".join(raised.translate(_SIGNS).split())
    if whole := _WHOLE.get(plain.lower()):
        return whole
    above, slash, below = plain.partition("/")
    volume = _DENOMINATORS.get(below.strip().lower())
    if not slash or volume is None:
        return None
    if below.strip().lower() in _VOLUMES and (count := _read_count(above)) is not None:
        return f"{count}/{volume}"
    return f"{mass}/{volume}" if (mass := _read_mass(above.strip())) else None


def _read_count(text: str) -> str | None:
    """A number of things: a power of ten, or nothing for single ones."""
    number = _COUNTED.sub("", text.lower()).strip()
    if not number:
        return ""
    if power := _POWER.fullmatch(number):
        return f"10*{power[1]}"
    return _POWERS.get(number)


def _read_mass(text: str) -> str | None:
    lower = text.lower()
    if lower in _MASSES:
        return _MASSES[lower]
    known = {"g", "kg", "mg", "ug", "ng", "pg", "mol", "mmol", "umol", "nmol", "pmol"}
    return lower if lower in known else None
