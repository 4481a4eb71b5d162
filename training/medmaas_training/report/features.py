"""Named values as a table, for the card and for the report."""

from collections.abc import Sequence

from medmaas.model.manifest import Choice, Feature, Number

Table = tuple[Sequence[str], Sequence[Sequence[str]]]  # a header, and rows of as many cells

_FEATURE = (
    "field", "meaning", "unit or choices", "LOINC", "accepted", "seen in training", "if missing",
)  # fmt: skip


def tabulate_features(features: Sequence[Feature]) -> Table:
    """Named values: what each means, what is accepted, and what happens if it is missing."""
    return _FEATURE, [_describe(feature) for feature in features]


def _describe(feature: Feature) -> list[str]:
    row = [feature.name, feature.description]
    loinc = ", ".join(feature.loinc)
    match feature:
        case Number(unit=unit, hard_range=hard, training_range=seen):
            accepted = f"{hard.low:g} to {hard.high:g}"
            row += [unit, loinc, accepted, f"{seen.low:g} to {seen.high:g}"]
        case Choice(choices=choices):
            row += [", ".join(choices), loinc, "", ""]
        case _:
            row += ["true, false", loinc, "", ""]
    return [*row, feature.missing or "refused"]
