"""Several numbers, each with its name, its unit and what is possible of it."""

from collections.abc import Sequence
from math import inf
from typing import Any, ClassVar

import numpy as np

from medmaas.facts import Fact
from medmaas.model.columns import (
    DECIMALS,
    Cell,
    Columns,
    Floats,
    Table,
    Tensors,
    round_numbers,
)
from medmaas.model.intervals import Interval
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Decision,
    Intervals,
    Manifest,
    NamedValue,
    Output,
    ValuesIntervals,
    ValuesOutput,
)
from medmaas.model.outcomes import Figures, OutputDefaults, Quantity
from medmaas.model.schema import (
    INTEGER,
    NUMBER,
    PROBABILITY,
    TEXT,
    Schema,
    describe_constant,
    describe_mapping,
    describe_object,
)
from medmaas.model.targets import Target, read_numbers

_COUNT = "count"
_LOW, _HIGH, _UNIT = "_low", "_high", "_unit"


class Values(OutputDefaults):
    """`{"values": {name: {"value": x, "unit": s}}}`."""

    judges_itself: ClassVar[bool] = True

    def __init__(self, spec: ValuesOutput, title: str = "") -> None:
        self._spec, self._title = spec, title
        self._order = _Order(spec, 1)
        self.columns = _name_columns(spec.values, "", units=[_UNIT])

    def tabulate(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """Columns `<name>_unit` and `<name>`, of the tensor [n, values]; counts are whole.

        Impossible is a value beyond what the manifest says of it: it is not moved to the bound.
        """
        rows = settle(round_numbers(outputs[self._spec.tensor], len(self._spec.values)), self._spec)
        texts: list[Sequence[Cell]] = [[one.unit] * len(rows) for one in self._spec.values]
        table = self._order.part([rows])
        return Table([*texts, *table.texts], table.numbers, impossible=self._find_impossible(rows))

    def _find_impossible(self, rows: Floats) -> list[Fact | None]:
        low, high = _list_bounds(self._spec)
        beyond = (rows < low) | (rows > high)
        return [self._tell_impossible(row) if any(row) else None for row in beyond.tolist()]

    def _tell_impossible(self, beyond: Sequence[bool]) -> Fact:
        said = [
            _tell_bounds(value)
            for value, is_beyond in zip(self._spec.values, beyond, strict=True)
            if is_beyond
        ]
        return Fact("impossible_values", values=said)

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """A number and its unit per name."""
        return [
            {
                "values": {
                    value.name: {"value": number, "unit": value.unit}
                    for value, (number,) in zip(self._spec.values, row, strict=True)
                }
            }
            for row in self._order.join(table.texts[len(self._spec.values) :], table.numbers)
        ]

    def list_quantities(self, output: dict[str, Any]) -> list[Quantity]:
        """Every number with its name and its unit."""
        return [
            Quantity(Fact("spelled", text=name), one["value"], one["unit"])
            for name, one in output["values"].items()
        ]

    def summarise(self, output: dict[str, Any], _decision: Decision | None) -> Fact:
        """All numbers, after what they are of."""
        named = [
            Fact("value_is", name=name, value=one["value"], unit=one["unit"])
            for name, one in output["values"].items()
        ]
        return Fact("card_values", title=self._title, values=named)

    def list_figures(self, output: dict[str, Any]) -> Figures:
        """A row per number."""
        rows = [
            [
                Fact("spelled", text=value.name),
                Fact("quantity", **output["values"][value.name]),
                Fact("text", text=value.description),
            ]
            for value in self._spec.values
        ]
        return Figures([Fact("column_name"), Fact("column_value"), Fact("column_meaning")], rows)

    def is_alarming(self, output: dict[str, Any], decision: Decision | None) -> bool:
        """Whether the number of the decision is above its threshold."""
        found = output["values"].get(decision.target) if decision else None
        return bool(decision and found and found["value"] > decision.threshold)

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_answer(self._spec.values)


class EachBounds:
    """`{"coverage", "values": {name: {"low", "high", "unit"}}}`.

    Each is clipped to what is possible, a count's is of whole numbers; that of an angle may pass
    through the end of its period, where low is above high.
    """

    def __init__(self, output: ValuesOutput, spec: ValuesIntervals) -> None:
        self._output = output
        self._order = _Order(output, 2)
        self._levels = {level.coverage: np.array(level.quantiles) for level in spec.levels}
        self.columns = _name_columns(output.values, _LOW, _HIGH)

    def tabulate(self, outputs: Tensors, _inputs: Tensors, coverage: float) -> Table:
        """Columns `<name>_low` and `<name>_high`, of the tensor [n, values]."""
        rows = round_numbers(outputs[self._output.tensor], len(self._output.values))
        return self._order.part([*bound(rows, self._levels[coverage], self._output)])

    def list_rows(self, table: Table, coverage: float) -> list[Interval]:
        """A low and a high end per name."""
        return [
            {
                "coverage": coverage,
                "values": {
                    value.name: {"low": low, "high": high, "unit": value.unit}
                    for value, (low, high) in zip(self._output.values, row, strict=True)
                },
            }
            for row in self._order.join(table.texts, table.numbers)
        ]

    def name_interval(self, interval: Interval) -> Fact:
        """Between which numbers each lies."""
        said = [
            Fact(_name_between(value, interval["values"][value.name]), name=value.name, **ends)
            for value in self._output.values
            for ends in [interval["values"][value.name]]
        ]
        return Fact("values_between", coverage=interval["coverage"], values=said)

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_interval(self._output.values)


def _name_between(value: NamedValue, ends: dict[str, Any]) -> str:
    if value.measures == "angle" and ends["high"] - ends["low"] >= value.most - value.least:
        return "angle_anywhere"
    return "angle_through" if ends["low"] > ends["high"] else "value_between"


def settle(rows: Floats, output: ValuesOutput) -> Floats:
    """Numbers of a graph [n, values] as an answer gives them: counts whole, angles in a period."""
    settled = rows.copy()
    for i, value in enumerate(output.values):
        if value.measures == _COUNT:
            settled[:, i] = np.rint(rows[:, i]) + 0.0  # never -0.0
        elif value.period is not None:
            settled[:, i] = _wrap(rows[:, i], value.least, value.period)
    return settled


def bound(rows: Floats, half: Floats, output: ValuesOutput) -> tuple[Floats, Floats]:
    """Low and high ends [n, values] each, of numbers of a graph and half the widths [values].

    None of an impossible value is clipped: it would end where the value is not.
    """
    values = settle(rows, output)
    low, high = (rows - half).round(DECIMALS), (rows + half).round(DECIMALS)
    for i, value in enumerate(output.values):
        if value.period is None:
            if value.measures == _COUNT:
                low[:, i], high[:, i] = np.floor(low[:, i]), np.ceil(high[:, i])
            is_possible = (values[:, i] >= value.least) & (values[:, i] <= value.most)
            low[:, i] = np.where(is_possible, low[:, i].clip(value.least, value.most), low[:, i])
            high[:, i] = np.where(is_possible, high[:, i].clip(value.least, value.most), high[:, i])
        elif 2 * half[i] >= value.period:
            low[:, i], high[:, i] = value.least, value.most
        else:
            low[:, i] = _wrap(low[:, i], value.least, value.period)
            high[:, i] = _wrap(high[:, i], value.least, value.period)
    return low + 0.0, high + 0.0


def _wrap(angles: Floats, least: float, period: float) -> Floats:
    """The same angles, from `least` on to below `least` + `period`."""
    inside = (least + np.mod(angles - least, period)).round(DECIMALS)
    wrapped: Floats = np.where(inside >= least + period, least, inside) + 0.0
    return wrapped


class _Order:
    """Which values are whole, and so stand among the texts of a table, and which are its numbers.

    Args:
        output: of the manifest.
        width: columns of each value.
    """

    def __init__(self, output: ValuesOutput, width: int) -> None:
        self._is_whole = [value.measures == _COUNT for value in output.values]
        self._width = width

    def part(self, columns: Sequence[Floats]) -> Table:
        """As many arrays [n, values] as a table: the columns of one value stand together."""
        texts: list[Sequence[Cell]] = []
        numbers = []
        for i, is_whole in enumerate(self._is_whole):
            for column in columns:
                if is_whole:
                    texts.append([*map(int, column[:, i].tolist())])
                else:
                    numbers.append(column[:, i])
        rows = len(columns[0])
        return Table(texts, np.stack(numbers, axis=1) if numbers else np.empty((rows, 0)))

    def join(self, texts: Sequence[Sequence[Cell]], numbers: Floats) -> list[tuple[Any, ...]]:
        """Per row, and there per value, the cells of what `part` gave."""
        whole, other = iter(texts), iter(numbers.T.tolist())
        taken = [
            zip(*(next(whole if is_whole else other) for _ in range(self._width)), strict=True)
            for is_whole in self._is_whole
        ]
        return [*zip(*taken, strict=True)]


def _tell_bounds(value: NamedValue) -> Fact:
    said = {"name": value.name, "unit": value.unit}
    if value.most == inf:
        return Fact("value_possible_from", **said, low=value.least)
    if value.least == -inf:
        return Fact("value_possible_to", **said, high=value.most)
    return Fact("value_possible", **said, low=value.least, high=value.most)


def _list_bounds(output: ValuesOutput) -> tuple[Floats, Floats]:
    low, high = zip(*((value.least, value.most) for value in output.values), strict=True)
    return np.array(low), np.array(high)


class ValueTargets:
    """All numbers, the first shown as the one that an explanation is about.

    Angles are averaged over a background as directions: by their sines and cosines.
    """

    decides = None
    exclude_each_other = False

    def __init__(self, spec: ValuesOutput) -> None:
        self._spec = spec
        self.targets = tuple(
            Target(value.name, Fact("spelled", text=value.name), value.unit, is_probability=False)
            for value in spec.values
        )
        self._periods = np.array([value.period or inf for value in spec.values])
        self._angles = np.flatnonzero(np.isfinite(self._periods))

    def read(self, outputs: Tensors) -> Floats:
        """The tensor; behind it sines and cosines of the angles, [n, values + 2 angles]."""
        rows = read_numbers(outputs, self._spec.tensor, len(self.targets))
        if not len(self._angles):
            return rows
        turns = 2 * np.pi * rows[:, self._angles] / self._periods[self._angles]
        raw: Floats = np.concatenate([rows, np.sin(turns), np.cos(turns)], axis=1)
        return raw

    def settle(self, raw: Floats) -> Floats:
        """Numbers, each angle within its period."""
        settled = raw[:, : len(self.targets)].copy()
        sines, cosines = np.split(raw[:, len(self.targets) :], 2, axis=1)
        for i, sine, cosine in zip(self._angles, sines.T, cosines.T, strict=True):
            angles = np.arctan2(sine, cosine) * self._periods[i] / (2 * np.pi)
            settled[:, i] = _wrap(angles, self._spec.values[i].least, self._periods[i])
        return settled

    def about(self, _recommended: str | None) -> "ValueTargets":
        """The same."""
        return self

    def show(self, _prediction: Floats) -> list[int]:
        """All of them."""
        return list(range(len(self.targets)))

    def headline(self, _prediction: Floats) -> int:
        """The first."""
        return 0


def _name_columns(values: Sequence[NamedValue], *ends: str, units: Sequence[str] = ()) -> Columns:
    """Of every value a column per end, called after its name; those of counts stand before others.

    Args:
        values: of the manifest.
        ends: what follows the name.
        units: the same of columns that hold its unit.
    """

    def call(*, whole: bool) -> tuple[str, ...]:
        chosen = [value for value in values if (value.measures == _COUNT) is whole]
        return tuple(f"{value.name}{end}" for value in chosen for end in ends)

    told = tuple(f"{value.name}{unit}" for value in values for unit in units)
    aliases = {
        f"{value.name}{end}": f"{value.alias}{end}"
        for value in values
        if value.alias
        for end in (*ends, *units)
    }
    whole = call(whole=True)
    return Columns((*told, *whole), call(whole=False), frozenset(whole), aliases)


def make(manifest: Manifest) -> Values:
    """What answers."""
    return Values(expect(manifest.output, ValuesOutput), manifest.title)


def make_intervals(spec: Intervals, manifest: Manifest) -> EachBounds:
    """How sure it is."""
    return EachBounds(expect(manifest.output, ValuesOutput), expect(spec, ValuesIntervals))


def make_targets(output: Output) -> ValueTargets:
    """What is explained."""
    return ValueTargets(expect(output, ValuesOutput))


def describe_answer(values: Sequence[NamedValue] | None = None) -> Schema:
    """JSON Schema of one answer of a model that gives these values."""
    return describe_object("Values", {"values": _describe_each("NamedValues", "value", values)})


def describe_interval(values: Sequence[NamedValue] | None = None) -> Schema:
    """JSON Schema of an interval of a model that gives these values."""
    each = _describe_each("EachBounds", "low high", values)
    return describe_object("ValuesBounds", {"coverage": PROBABILITY, "values": each})


def _describe_each(title: str, ends: str, values: Sequence[NamedValue] | None) -> Schema:
    """An object by name; without values of any model."""
    if values is None:
        numbers = dict.fromkeys(ends.split(), NUMBER) | {"unit": TEXT}
        of_any = describe_object(f"{title}Entry", numbers)
        return describe_mapping(title, None, of_any)
    each = {}
    for value in values:
        numbers = {end: _describe_number(value) for end in ends.split()}
        entry = numbers | {"unit": describe_constant(value.unit)}
        each[value.name] = describe_object("", entry) | {"description": value.description}
        del each[value.name]["title"]
    return describe_object(title, each)


def _describe_number(value: NamedValue) -> Schema:
    """Without its bounds, for an answer that was forced may lie beyond them."""
    return INTEGER if value.measures == _COUNT else NUMBER
