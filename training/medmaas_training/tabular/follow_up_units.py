"""Units of follow-up: how long they are, and which of them the name of a column says."""

import re
import unicodedata

from medmaas.model.years import DAYS_PER_YEAR

DAYS = {"d": 1.0, "wk": 7.0, "mo": DAYS_PER_YEAR / 12, "a": DAYS_PER_YEAR}  # by UCUM code
_UNIT_WORDS = {
    "d": {"d", "day", "days", "tag", "tage", "tagen", "jours", "天", "天数", "日数"},
    "wk": {"wk", "wks", "week", "weeks", "woche", "wochen", "周", "周数"},
    "mo": {"mo", "mos", "mon", "mths", "mth", "month", "months", "monat", "monate", "月", "月数"},
    "a": {"yr", "yrs", "year", "years", "jahr", "jahre", "年", "年数"},
}
_UNIT_PARTS = {
    "d": ("days", "天"),
    "wk": ("week", "woche", "周", "週"),
    "mo": ("month", "monat", "月"),
    "a": ("year", "jahr", "年"),
}
UNIT_NAMES = {"d": "days", "wk": "weeks", "mo": "months", "a": "years"}


def find_unit_names(header: str) -> set[str]:
    """The units of time, by UCUM code, that a header names: mo of os_months, a of 生存年数."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", header))
    words = set(re.split(r"[\W_]+", split.casefold()))
    return {
        code
        for code, names in _UNIT_WORDS.items()
        if names & words or any(part in split.casefold() for part in _UNIT_PARTS[code])
    }
