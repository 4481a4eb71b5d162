r"""What every part of the contract is made of.

What may be a name is decided by `medmaas.model.names`. The patterns here say of it what every
engine of regular expressions understands: which characters of ASCII there may be. Classes by
properties, as \p{L}, are unknown to Python's, which most validators of JSON Schema in it use, and
to JavaScript's without a flag that a schema cannot set; the letters of all scripts as ranges would
fill pages, and be those of one version of Unicode.
"""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from medmaas.model.names import LONGEST, fold_name, is_name

Sentence = Annotated[str, StringConstraints(min_length=1)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Alias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]


def _require_name(name: str, others: str = "") -> str:
    if not is_name(name, others):
        raise ValueError(
            "a name begins with a letter and holds letters, marks and digits of any script and "
            f"{' and '.join(['_', *others])} alone, at most {LONGEST}, in normal form C of Unicode"
        )
    return name


def _require_path(name: str) -> str:
    return _require_name(name, ".")


_FIRST = r"^[^\x00-\x40\x5b-\x60\x7b-\xa9]"
FeatureName = Annotated[
    str,
    StringConstraints(
        pattern=_FIRST + r"[^\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\xa9]*$", max_length=LONGEST
    ),
    AfterValidator(_require_name),
]
Name = Annotated[
    str,
    StringConstraints(
        pattern=_FIRST + r"[^\x00-\x2d\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\xa9]*$", max_length=LONGEST
    ),
    AfterValidator(_require_path),
]


def require_unique(called: Iterable[tuple[str, str | None]], what: str) -> None:
    """Refuse what is called alike, by name or by alias.

    Args:
        called: name and alias of each.
        what: they are, in one word.

    Raises:
        ValueError: two differ in nothing, or in case, width or form alone.
    """
    taken: set[str] = set()
    for names in called:
        folded = {fold_name(name) for name in names if name}
        if folded & taken:
            raise ValueError(f"{what} names must be unique, whatever their case and width")
        taken |= folded


class Contract(BaseModel):
    """Base of every part: unknown fields, NaN and infinities are refused, nothing changes later."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )


class Range(Contract):
    """A closed interval in the feature's unit."""

    low: float = Field(description="The lowest value, in the feature's unit.")
    high: float = Field(description="The highest value, in the feature's unit.")

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not exceed high")
        return self
