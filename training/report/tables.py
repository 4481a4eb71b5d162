"""A manifest's figures and inputs as tables, for the card and for the report."""

from collections.abc import Iterator, Sequence

from medmaas.model.manifest import (
    Choice,
    Feature,
    ImageInput,
    Input,
    Metric,
    Number,
    SeriesInput,
    TabularInput,
    TextInput,
)

Table = tuple[Sequence[str], Sequence[Sequence[str]]]  # a header, and rows of as many cells

_FEATURE = (
    "field", "meaning", "unit or choices", "LOINC", "accepted", "seen in training", "if missing",
)  # fmt: skip


def tabulate_metrics(metrics: Sequence[Metric]) -> Iterator[tuple[str, Table]]:
    """Per set of people its name and a table: a row per model or group, a column per metric."""
    for where in dict.fromkeys(metric.evaluated_on for metric in metrics):
        here = [metric for metric in metrics if metric.evaluated_on == where]
        columns = list(dict.fromkeys(metric.metric for metric in here))
        rows: dict[tuple[str, str, str], dict[str, str]] = {}
        for m in here:
            size = f"{m.n}" if m.events is None else f"{m.n} ({m.events})"
            cell = f"{m.value:.4f} ({m.low:.4f} to {m.high:.4f})"
            rows.setdefault((m.model, m.group, size), {})[m.metric] = cell
        header = ["model", "group", "n (events)", *columns]
        cells = [[*who, *(of.get(column, "") for column in columns)] for who, of in rows.items()]
        yield where, (header, cells)


def tabulate_inputs(spec: Input) -> Table:
    """What an instance holds, field by field."""
    match spec:
        case TabularInput():
            return tabulate_features(spec.features)
        case SeriesInput():
            header, rows = tabulate_features(spec.features)
            return header, [[f"{spec.field}: {row[0]}", *row[1:]] for row in rows]
        case ImageInput():
            crop = spec.crop
            cut = f"centre {crop.side} of {crop.of}, then " if crop else ""
            size = f"{cut}{spec.height} x {spec.width} pixels, {spec.mode}, {spec.resample}"
            return ("field", "meaning", "enters as"), [[spec.field, spec.description, size]]
        case TextInput():
            limits = f"at most {spec.max_length} of {' '.join(spec.alphabet)}"
            return ("field", "meaning", "characters"), [[spec.field, spec.description, limits]]


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
