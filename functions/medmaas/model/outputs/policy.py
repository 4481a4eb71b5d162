"""A recommended action among several, each with its risks, behind a shield of fixed rules."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import (
    DECIMALS,
    Cell,
    Columns,
    Floats,
    Table,
    Tensors,
    name_columns,
    round_numbers,
)
from medmaas.model.intervals import Interval
from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Action,
    Decision,
    Intervals,
    Manifest,
    Output,
    PolicyIntervals,
    PolicyOutput,
    Range,
    SeriesInput,
)
from medmaas.model.outcomes import Figures, Outcome, OutputDefaults
from medmaas.model.schema import (
    BOOLEAN,
    FACT,
    INTEGER,
    NUMBER,
    PROBABILITY,
    TEXT,
    Schema,
    describe_choice,
    describe_constant,
    describe_list,
    describe_mapping,
    describe_nullable,
    describe_object,
)
from medmaas.model.targets import AsTheyAre, Target

_TIME = 0
_MILLION = 10.0**DECIMALS
_DELAYED = Fact("delays_treatment")
_NONE_ACCEPTABLE = Fact("no_option_within_limit")


@dataclass(frozen=True, slots=True)
class _State:
    """What the shield knows of one history: whether it is enough, and what forbids to treat."""

    barred: Fact | None
    forbidden: Fact | None


class Policy(OutputDefaults):
    """`{"recommended": action or null, "options": [{"action", "risks", "allowed", "why", ...}]}`.

    The shield stands behind the model, whatever the model says: no treatment while a count is below
    its hold, and no recommendation from counts that are too old or too few.
    """

    recommends: ClassVar[bool] = True

    def __init__(self, spec: PolicyOutput, series: SeriesInput) -> None:
        self._spec = spec
        self._series = series
        self.notice, self.orders = spec.notice, spec.orders
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

    def list_outcomes(
        self, output: dict[str, Any], interval: dict[str, Any] | None
    ) -> list[Outcome]:
        """Every outcome after every action, and how that stands to the limit."""
        described = {outcome.name: outcome.description for outcome in self._spec.outcomes}
        return [
            Outcome(
                Fact("with_option", action=option["action"], outcome=described[name]),
                risk,
                why=_add_band(option["why"], interval, i, name),
            )
            for i, option in enumerate(output["options"])
            for name, risk in option["risks"].items()
        ]

    def summarise(self, output: dict[str, Any], _decision: Decision | None) -> Fact:
        """What is recommended, and the risk of the first outcome then."""
        recommended, outcome = output["recommended"], self._spec.outcomes[0].name
        options = {option["action"]: option for option in output["options"]}
        risk = options[recommended]["risks"][outcome]
        return Fact("card_next_dose", action=recommended, outcome=outcome, risk=risk)

    def list_figures(self, output: dict[str, Any]) -> Figures:
        """A row per option."""
        names = [outcome.name for outcome in self._spec.outcomes]
        head = [Fact("column_option"), *(Fact("spelled", text=name) for name in names)]
        rows = [
            [
                Fact("text", text=option["action"]),
                *(Fact("share", share=option["risks"][name]) for name in names),
                Fact("yes" if option["allowed"] else "no"),
            ]
            for option in output["options"]
        ]
        return Figures([*head, Fact("column_allowed")], rows)

    def is_alarming(self, output: dict[str, Any], _decision: Decision | None) -> bool:
        """Whether something is forbidden, or all that is allowed is above the limit."""
        limit = self._spec.limit
        allowed = [option for option in output["options"] if option["allowed"]]
        within = any(option["risks"][limit.outcome] <= limit.at_most for option in allowed)
        return len(allowed) < len(self._spec.actions) or not within

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_answer(self._spec)


def _name_columns(spec: PolicyOutput) -> Columns:
    texts, numbers = ["recommended", "notice"], []
    for action in spec.actions:
        texts += [f"{action.name}_allowed", f"{action.name}_why"]
        numbers += [f"{action.name}_{outcome.name}" for outcome in spec.outcomes]
        numbers.append(f"{action.name}_expected_{spec.nadir.name}")
    return name_columns(texts, numbers)


def _add_band(why: Fact, interval: Interval | None, option: int, outcome: str) -> Fact:
    """Between which shares an outcome is expected in groups of patients, if that was measured."""
    band = interval["options"][option]["risks"].get(outcome) if interval else None
    if interval is None or band is None:
        return why
    low, high = (float(f"{band[edge] * 100:.3g}") for edge in ("low", "high"))
    size, coverage = interval["group_size"], interval["coverage"]
    return Fact("why_with_band", why=why, size=size, low=low, high=high, coverage=coverage)


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


class PolicyBands:
    """`{"coverage", "group_size", "options": [{"action", "risks", "expected_nadir"}]}`."""

    def __init__(self, spec: PolicyIntervals, output: PolicyOutput, series: SeriesInput) -> None:
        self._spec, self._output, self._series = spec, output, series
        names = [feature.name for feature in series.features]
        self._stratum = names.index(spec.strata.by) if spec.strata else 0
        self._edges = spec.strata.edges if spec.strata else ()
        self._actions = [action.name for action in output.actions]
        names = [outcome.name for outcome in output.outcomes]
        self._banded = [name for name in names if name in spec.levels[0].risks]
        self._least = 1 / spec.group_size
        self._widths = {
            level.coverage: [
                (name, names.index(name), level.risks[name] / sqrt(spec.group_size))
                for name in self._banded
            ]
            for level in spec.levels
        }
        self._ratios = {level.coverage: level.nadirs or (level.nadir,) for level in spec.levels}
        columns = [*self._banded, f"expected_{self._output.nadir.name}"]
        self.columns = name_columns(
            [],
            [
                f"{action}_{column}_{end}"
                for action in self._actions
                for column in columns
                for end in ("low", "high")
            ],
        )

    def tabulate(self, outputs: Tensors, inputs: Tensors, coverage: float) -> Table:
        """Per action and number its low and its high end."""
        ratios = self._ratios[coverage]
        rows = [
            self._list_ends(risks, nadirs, coverage, ratios[stratum])
            for risks, nadirs, stratum in zip(
                outputs[self._output.tensor].tolist(),
                outputs[self._output.nadir_tensor].tolist(),
                self._find_strata(inputs),
                strict=True,
            )
        ]
        return Table([], np.array(rows, np.float64).reshape(len(rows), len(self.columns.numbers)))

    def list_rows(self, table: Table, coverage: float) -> list[dict[str, Any]]:
        """Bands of every option each."""
        size = self._spec.group_size
        return [
            {"coverage": coverage, "group_size": size, "options": self._list_options(ends)}
            for ends in table.numbers.tolist()
        ]

    def name_interval(self, _interval: Interval) -> None:
        """Nothing: the bands are of every option."""

    def _list_options(self, ends: list[float]) -> list[dict[str, Any]]:
        pairs = zip(ends[::2], ends[1::2], strict=True)
        bands = [{"low": low, "high": high} for low, high in pairs]
        width = len(self._banded) + 1
        return [
            {
                "action": action,
                "risks": dict(zip(self._banded, bands[i * width :], strict=False)),
                "expected_nadir": bands[i * width + len(self._banded)],
            }
            for i, action in enumerate(self._actions)
        ]

    def _list_ends(
        self, risks: list[list[float]], nadirs: list[float], coverage: float, ratio: Range
    ) -> list[float]:
        """Low and high end of every risk and nadir of one history, rounded without numpy."""
        ends, widths, least = list[float](), self._widths[coverage], self._least
        least_ratio, most_ratio = ratio.low, ratio.high
        for p, nadir in zip(risks, nadirs, strict=True):
            for _, i, width in widths:
                risk = p[i]
                variance = risk * (1 - risk)
                half = sqrt(variance if variance > least else least) * width
                low, high = risk - half, risk + half
                ends.append(round(low * _MILLION) / _MILLION if low > 0 else 0.0)
                ends.append(round(high * _MILLION) / _MILLION if high < 1 else 1.0)
            ends.append(round(nadir * least_ratio * _MILLION) / _MILLION)
            ends.append(round(nadir * most_ratio * _MILLION) / _MILLION)
        return ends

    def _find_strata(self, inputs: Tensors) -> list[int]:
        """In which stratum each history is."""
        rows = inputs[self._series.tensor]
        if not self._edges:
            return [0] * len(rows)
        counts = (rows[:, :, self._stratum] > 0).sum(axis=1).tolist()
        return [bisect_right(self._edges, count) for count in counts]

    def json_schema(self) -> Schema:
        """JSON Schema of one interval."""
        return describe_interval(self._actions, self._banded, self._spec.group_size)


class RiskTargets(AsTheyAre):
    """Every risk of every action; those of the limited and of the first outcome are shown.

    Args:
        spec: of the answers.
        recommended: the action that they are told of; without one the first.
    """

    def __init__(self, spec: PolicyOutput, recommended: str | None = None) -> None:
        self._spec = spec
        names = [outcome.name for outcome in spec.outcomes]
        actions = [action.name for action in spec.actions]
        first = actions.index(recommended or actions[0])
        limited = names.index(spec.limit.outcome)
        self._headline = first * len(names) + limited
        self._shown = [
            action * len(names) + outcome
            for action in sorted(range(len(actions)), key=lambda action: action != first)
            for outcome in sorted({0, limited})
        ]
        targets = [
            Target(f"{action}_{name}", Fact("risk_after", outcome=name, action=action))
            for action in actions
            for name in names
        ]
        super().__init__(spec.tensor, targets)

    def about(self, recommended: str | None) -> "RiskTargets":
        """The same, told of this action."""
        return RiskTargets(self._spec, recommended)

    def show(self, _prediction: Floats) -> list[int]:
        """Two of every action, or one if the limited outcome is the first; of this action first."""
        return self._shown

    def headline(self, _prediction: Floats) -> int:
        """The limited outcome of this action."""
        return self._headline


def make(manifest: Manifest) -> Policy:
    """What answers."""
    series = expect(manifest.input, SeriesInput)
    return Policy(expect(manifest.output, PolicyOutput), series)


def make_intervals(spec: Intervals, manifest: Manifest) -> PolicyBands:
    """How sure it is."""
    output, series = expect(manifest.output, PolicyOutput), expect(manifest.input, SeriesInput)
    return PolicyBands(expect(spec, PolicyIntervals), output, series)


def make_targets(output: Output) -> RiskTargets:
    """What is explained."""
    return RiskTargets(expect(output, PolicyOutput))


def describe_answer(spec: PolicyOutput | None = None) -> Schema:
    """JSON Schema of one answer of this model."""
    action = describe_choice([action.name for action in spec.actions] if spec else None)
    risks = describe_mapping("Risks", None, PROBABILITY)
    limit = describe_mapping("Limit", None, PROBABILITY)
    if spec:
        chances = {o.name: PROBABILITY | {"description": o.description} for o in spec.outcomes}
        risks = describe_object("Risks", chances)
        most = {"description": f"The chance that is acceptable: {spec.limit.at_most:g}."}
        limit = describe_object("Limit", {spec.limit.outcome: PROBABILITY | most})
    nadir = {
        "name": describe_constant(spec.nadir.name if spec else None),
        "value": NUMBER,
        "unit": describe_constant(spec.nadir.unit if spec else None),
    }
    option = {
        "action": action,
        "dose": PROBABILITY | {"description": "Share of the protocol's dose."},
        "delay_days": {"type": "integer", "minimum": 0},
        "gcsf": BOOLEAN,
        "risks": risks,
        "expected_nadir": describe_object("ExpectedNadir", nadir),
        "allowed": BOOLEAN,
        "why": TEXT,
        **FACT,
    }
    return describe_object(
        "Policy",
        {
            "recommended": describe_nullable(action),
            "options": describe_list(describe_object("Option", option)),
            "limit": limit,
            "grading": describe_constant(spec.grading if spec else None),
            "notice": describe_constant(spec.notice if spec else None),
        },
    )


def describe_interval(
    actions: Sequence[str] | None = None,
    outcomes: Sequence[str] | None = None,
    group_size: int | None = None,
) -> Schema:
    """JSON Schema of an interval of a model that has these actions, outcomes and size of group."""
    band = describe_object("RiskBand", {"low": PROBABILITY, "high": PROBABILITY})
    number = {"type": "number", "minimum": 0}
    option = {
        "action": describe_choice(actions),
        "risks": describe_mapping("RiskBands", outcomes, band),
        "expected_nadir": describe_object("NadirBand", {"low": number, "high": number}),
    }
    return describe_object(
        "PolicyBands",
        {
            "coverage": PROBABILITY,
            "group_size": INTEGER if group_size is None else INTEGER | {"const": group_size},
            "options": describe_list(describe_object("OptionBands", option)),
        },
    )
