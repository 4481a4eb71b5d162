"""How the cells of a file are read that are not written as JSON writes values."""

import unicodedata

from pydantic import Field

from medmaas.model.manifest.contract import Contract

# words of a file that are true or false of every Boolean, in any case
BOOLEAN_WORDS = {
    "true": True, "yes": True, "1": True, "是": True,
    "false": False, "no": False, "0": False, "否": False,
}  # fmt: skip


class Cells(Contract):
    """How cells of a file that hold a number and something beside are read, as training read them.

    A unit needs nothing here: it is read wherever it converts to the feature's own.
    """

    thousands: bool | None = Field(
        default=None,
        description="Whether commas separate thousands: 3,500 is 3500. Absent, such a cell is "
        "refused, because it may be 3.5.",
    )
    flags: bool | None = Field(
        default=None,
        description="Whether a laboratory's flag may follow: 1.1 H is 1.1. Absent, it is refused.",
    )
    below: float | None = Field(
        default=None,
        description="Up to here, a value that is only known to be below a limit (<0.5) was learned "
        "as that limit, and is used so. In the feature's unit.",
    )
    above: float | None = Field(
        default=None,
        description="From here on, a value that is only known to be above a limit (>100) was "
        "learned as that limit, and is used so. In the feature's unit.",
    )


def fold_word(word: str) -> str:
    """A word without what people write now so, now otherwise: case, width, blanks."""
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())
