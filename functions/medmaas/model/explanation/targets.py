"""Which numbers of an answer are explained; one class per kind of output."""

from dataclasses import dataclass
from typing import Any, Protocol, assert_never

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.facts import Fact
from medmaas.model.columns import Tensors
from medmaas.model.manifest import (
    ClassesOutput,
    Output,
    PolicyOutput,
    SurvivalOutput,
    ValueOutput,
)

Floats = NDArray[np.float64]
_DECIMALS = 6  # of an answer
_YEAR = 365.25
_HALF = 0.5
_LEAST = 1e-9  # what a curve that ends at 0 is taken for, to have a logarithm


@dataclass(frozen=True, slots=True)
class Target:
    """One number of an answer.

    Attributes:
        name: as an answer or a table calls it.
        words: what it is called.
        unit: a UCUM code, 1 for probabilities.
        is_probability: whether it is a probability; a value with unit 1 is not.
    """

    name: str
    words: Fact
    unit: str = "1"
    is_probability: bool = True


class Targets(Protocol):
    """What is explained of one kind of answer.

    Attributes:
        targets: the numbers, in the order of their columns.
    """

    targets: tuple[Target, ...]

    def read(self, outputs: Tensors) -> Floats:
        """What may be averaged over a background, [n, raw], of the graph's outputs.

        Raises:
            ModelOutputError: a number is not finite.
        """

    def settle(self, raw: Floats) -> Floats:
        """What was read, and perhaps averaged, as targets, [n, raw] to [n, targets]."""

    def show(self, prediction: Floats) -> list[int]:
        """The positions of the targets that an explanation of this prediction shows."""

    def headline(self, prediction: Floats) -> int:
        """The position of the one among them that its sentence is about."""


class _AsTheyAre:
    """Numbers that an answer gives as the graph does, all shown."""

    def __init__(self, tensor: str, targets: tuple[Target, ...]) -> None:
        self._tensor = tensor
        self.targets = targets

    def read(self, outputs: Tensors) -> Floats:
        """The tensor, [n, targets]."""
        return _read(outputs[self._tensor], len(self.targets))

    def settle(self, raw: Floats) -> Floats:
        """The same."""
        return raw

    def show(self, _prediction: Floats) -> list[int]:
        """All of them."""
        return list(range(len(self.targets)))

    def headline(self, _prediction: Floats) -> int:
        """The first."""
        return 0


class _Classes(_AsTheyAre):
    """The probability of every label; the one that the answer names is shown."""

    def __init__(self, spec: ClassesOutput) -> None:
        targets = [Target(name, Fact("probability_of", label=name)) for name in spec.labels]
        super().__init__(spec.tensor, tuple(targets))

    def show(self, prediction: Floats) -> list[int]:
        """The named label."""
        return [self.headline(prediction)]

    def headline(self, prediction: Floats) -> int:
        """The named label: the first of the likeliest, after an answer's rounding."""
        return int(prediction.round(_DECIMALS).argmax())


class _Policy(_AsTheyAre):
    """Every risk of every action; those of the limited and of the first outcome are shown."""

    def __init__(self, spec: PolicyOutput) -> None:
        names = [outcome.name for outcome in spec.outcomes]
        self._limited = names.index(spec.limit.outcome)
        self._shown = [
            action * len(names) + outcome
            for action in range(len(spec.actions))
            for outcome in sorted({0, self._limited})
        ]
        targets = [
            Target(f"{action.name}_{name}", Fact("risk_after", outcome=name, action=action.name))
            for action in spec.actions
            for name in names
        ]
        super().__init__(spec.tensor, tuple(targets))

    def show(self, _prediction: Floats) -> list[int]:
        """Two of every action, or one if the limited outcome is the first."""
        return self._shown

    def headline(self, _prediction: Floats) -> int:
        """The limited outcome of the first action."""
        return self._limited


class _Survival:
    """The risk at every horizon, and the median, at most the last time."""

    def __init__(self, spec: SurvivalOutput) -> None:
        self._tensor = spec.tensor
        self._days = np.array(spec.time_days, np.float64)
        self._at_horizons = np.searchsorted(spec.time_days, spec.horizon_days)
        risks = tuple(Target(f"risk_{day}", _name_risk(day)) for day in spec.horizon_days)
        median = Target("median_days", Fact("median_survival"), "d", is_probability=False)
        self.targets = (*risks, median)

    def read(self, outputs: Tensors) -> Floats:
        """The curves, [n, times]."""
        return _read(outputs[self._tensor], len(self._days))

    def settle(self, raw: Floats) -> Floats:
        """Risks and medians of curves."""
        risks = 1 - raw[:, self._at_horizons]
        settled: Floats = np.column_stack([risks, self._find_medians(raw)])
        return settled

    def show(self, _prediction: Floats) -> list[int]:
        """All of them."""
        return list(range(len(self.targets)))

    def headline(self, _prediction: Floats) -> int:
        """The risk at the middle horizon."""
        return len(self._at_horizons) // 2

    def _find_medians(self, curves: Floats) -> Floats:
        """In days, not rounded, the hazard being constant between two times."""
        crossed = curves <= _HALF
        after = np.maximum(crossed.argmax(axis=1), 1)
        rows = np.arange(len(curves))
        before_log, after_log = np.log(np.maximum(curves[rows, [after - 1, after]], _LEAST))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (before_log - np.log(_HALF)) / (before_log - after_log)
        start = self._days[after - 1]
        days: Floats = start + share * (self._days[after] - start)
        days[~crossed.any(axis=1)] = self._days[-1]
        days[crossed[:, 0]] = 0
        return days


def make_targets(output: Output) -> Targets:
    """What is explained of the answers that a manifest's output gives."""
    match output:
        case ClassesOutput():
            return _Classes(output)
        case ValueOutput():
            value = Target("value", Fact("the_answer"), output.unit, is_probability=False)
            return _AsTheyAre(output.tensor, (value,))
        case SurvivalOutput():
            return _Survival(output)
        case PolicyOutput():
            return _Policy(output)
        case _:
            assert_never(output)


def _read(tensor: NDArray[Any], columns: int) -> Floats:
    table: Floats = tensor.reshape(len(tensor), columns).astype(np.float64)
    if not np.isfinite(table).all():
        raise ModelOutputError("explanation_not_finite")
    return table


def _name_risk(days: int) -> Fact:
    years = round(days / _YEAR)
    if years and abs(years * _YEAR - days) <= 1:
        return Fact("risk_in_years", years=years)
    return Fact("risk_in_days", days=days)
