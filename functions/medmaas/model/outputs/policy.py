"""A recommended action among several, each with its risks, behind a shield of fixed rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import (
    PROBABILITY,
    Cell,
    Columns,
    Table,
    Tensors,
    describe_object,
    name_columns,
    round_numbers,
)
from medmaas.model.manifest import Action, PolicyOutput, SeriesInput

_TIME = 0
_DELAYED = Fact("delays_treatment")
_NONE_ACCEPTABLE = Fact("no_option_within_limit")


@dataclass(frozen=True, slots=True)
class _State:
    """What the shield knows of one history: whether it is enough, and what forbids to treat."""

    barred: Fact | None
    forbidden: Fact | None


class Policy:
    """`{"recommended": action or null, "options": [{"action", "risks", "allowed", "why", ...}]}`.

    The shield stands behind the model, whatever the model says: no treatment while a count is below
    its hold, and no recommendation from counts that are too old or too few.
    """

    bars: ClassVar[bool] = True

    def __init__(self, spec: PolicyOutput, series: SeriesInput) -> None:
        self._spec = spec
        self._series = series
        self._units = {f.name: getattr(f, "unit", "1") for f in series.features}
        self._columns = {f.name: i for i, f in enumerate(series.features)}
        names = [outcome.name for outcome in spec.outcomes]
        self._limited = names.index(spec.limit.outcome)
        self.columns = _name_columns(spec)

    def tabulate(self, outputs: Tensors, inputs: Tensors) -> Table:
        """Columns `recommended`, `notice`, and for every action its own.

        These are `<action>_allowed`, `<action>_why`, then as numbers `<action>_<outcome>` and
        `<action>_expected_<nadir>`, of risks [n, actions, outcomes] and nadirs [n, actions]. What
        is the same in every answer is left to the manifest, but for the notice.
        """
        actions, outcomes = len(self._spec.actions), len(self._spec.outcomes)
        risks = round_numbers(outputs[self._spec.tensor], actions * outcomes)
        risks = risks.reshape(len(risks), actions, outcomes)
        nadirs = round_numbers(outputs[self._spec.nadir_tensor], actions)
        numbers = np.concatenate([risks, nadirs[:, :, None]], axis=2)  # [n, actions, outcomes + 1]
        limited = risks[:, :, self._limited].tolist()
        states = [self._judge(history) for history in inputs[self._series.tensor]]
        rows = [self._recommend(*pair) for pair in zip(limited, states, strict=True)]
        texts = list(zip(*(texts for texts, _ in rows), strict=True))
        return Table(
            texts or [()] * len(self.columns.texts),
            numbers.reshape(len(numbers), len(self.columns.numbers)),
            [(_NONE_ACCEPTABLE,) if is_over else () for _, is_over in rows],
            [state.barred for state in states],
        )

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """A recommendation each, with every option, the limit and the notice."""
        texts = zip(*table.texts, strict=True)
        return [
            {
                "recommended": recommended,
                "options": self._list_options(cells, numbers),
                "limit": {self._spec.limit.outcome: self._spec.limit.at_most},
                "grading": self._spec.grading,
                "notice": notice,
            }
            for (recommended, notice, *cells), numbers in zip(
                texts, table.numbers.tolist(), strict=True
            )
        ]

    def _list_options(self, cells: Sequence[Cell], numbers: Sequence[float]) -> list[Any]:
        """One row's options.

        Args:
            cells: per action whether it is allowed, and why.
            numbers: per action its risks and its nadir.
        """
        outcomes, quantity = [o.name for o in self._spec.outcomes], self._spec.nadir
        width = len(outcomes) + 1
        return [
            {
                "action": action.name,
                "dose": action.dose,
                "delay_days": action.delay_days,
                "gcsf": action.gcsf,
                "risks": dict(zip(outcomes, numbers[i * width :], strict=False)),
                "expected_nadir": {
                    "name": quantity.name,
                    "value": numbers[i * width + len(outcomes)],
                    "unit": quantity.unit,
                },
                "allowed": cells[2 * i],
                "why": cells[2 * i + 1],
            }
            for i, action in enumerate(self._spec.actions)
        ]

    def _recommend(self, limited: list[float], state: _State) -> tuple[list[Cell], bool]:
        """The cells of a row, by the limited risk of each action; whether all are too risky."""
        actions, at_most = self._spec.actions, self._spec.limit.at_most
        allowed = [self._allows(action, state) for action in actions]
        chosen = choose(allowed, limited, at_most)
        cells: list[Cell] = [None if chosen is None else actions[chosen].name, self._spec.notice]
        for action, risk, is_allowed in zip(actions, limited, allowed, strict=True):
            cells += [is_allowed, self._justify(action, risk, state)]
        return cells, chosen is not None and limited[chosen] > at_most

    def _judge(self, history: NDArray[np.float32]) -> _State:
        shield = self._spec.shield
        known = history[~np.isnan(history[:, self._columns[shield.count]]), _TIME]
        barred = None
        if len(known) < shield.fewest_counts:
            barred = Fact("too_few_counts", fewest=shield.fewest_counts, feature=shield.count)
        elif -known[-1] > shield.oldest_days:
            barred = Fact("count_too_old", feature=shield.count, days=shield.oldest_days)
        return _State(barred, self._find_hold(history))

    def _find_hold(self, history: NDArray[np.float32]) -> Fact | None:
        for hold in self._spec.shield.holds:
            values = history[:, self._columns[hold.feature]]
            values = values[~np.isnan(values)]
            if len(values) and values[-1] < hold.below:
                unit = self._units[hold.feature]
                return Fact("held", feature=hold.feature, below=hold.below, unit=unit)
        return None

    @staticmethod
    def _allows(action: Action, state: _State) -> bool:
        treats_today = action.delay_days == 0
        return state.barred is None and not (treats_today and state.forbidden)

    def _justify(self, action: Action, risk: float, state: _State) -> Fact:
        """Why an action is allowed or not, and how its risk stands to the limit."""
        limit = self._spec.limit
        code = "risk_within_limit" if risk <= limit.at_most else "risk_above_limit"
        why = Fact(code, outcome=limit.outcome, risk=risk, at_most=limit.at_most)
        if not self._allows(action, state):
            return state.barred or state.forbidden or why
        if action.delay_days and state.forbidden:
            return Fact("clauses", clauses=[_DELAYED, why])
        return why

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one answer."""
        spec = self._spec
        names = [action.name for action in spec.actions]
        nadir = {
            "name": {"const": spec.nadir.name},
            "value": {"type": "number"},
            "unit": {"const": spec.nadir.unit},
        }
        option = {
            "action": {"enum": names},
            "dose": PROBABILITY | {"description": "Share of the protocol's dose."},
            "delay_days": {"type": "integer", "minimum": 0},
            "gcsf": {"type": "boolean"},
            "risks": describe_object(
                {o.name: PROBABILITY | {"description": o.description} for o in spec.outcomes}
            ),
            "expected_nadir": describe_object(nadir),
            "allowed": {"type": "boolean"},
            "why": {"type": "string"},
        }
        return describe_object(
            {
                "recommended": {"enum": [*names, None]},
                "options": {"type": "array", "items": describe_object(option)},
                "limit": describe_object({spec.limit.outcome: {"const": spec.limit.at_most}}),
                "grading": {"const": spec.grading},
                "notice": {"const": spec.notice},
            }
        )


def _name_columns(spec: PolicyOutput) -> Columns:
    texts, numbers = ["recommended", "notice"], []
    for action in spec.actions:
        texts += [f"{action.name}_allowed", f"{action.name}_why"]
        numbers += [f"{action.name}_{outcome.name}" for outcome in spec.outcomes]
        numbers.append(f"{action.name}_expected_{spec.nadir.name}")
    return name_columns(texts, numbers)


def choose(allowed: list[bool], risks: list[float], at_most: float) -> int | None:
    """The position of the first allowed action within the limit, else of the least risky allowed.

    Args:
        allowed: per action, in order of preference.
        risks: per action, of the limited outcome.
        at_most: the limit.
    """
    open_to = [i for i, allow in enumerate(allowed) if allow]
    within = [i for i in open_to if risks[i] <= at_most]
    if within:
        return within[0]
    return min(open_to, key=lambda i: risks[i], default=None)
