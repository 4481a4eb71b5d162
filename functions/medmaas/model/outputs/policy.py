"""A recommended action among several, each with its risks, behind a shield of fixed rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.columns import (
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
    SeriesInput,
)
from medmaas.model.outcomes import Figures, Outcome, OutputDefaults
from medmaas.model.outputs.policy_bands import PolicyBands, describe_interval
from medmaas.model.schema import (
    BOOLEAN,
    FACT,
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

__all__ = [
    "Policy",
    "RiskTargets",
    "choose",
    "describe_answer",
    "describe_interval",
    "make",
    "make_intervals",
    "make_targets",
]

_TIME = 0
_DELAYED = Fact("delays_treatment")
_NONE_ACCEPTABLE = Fact("no_option_within_limit")
_NOTHING_ALLOWED = Fact("no_option_allowed")
_LEAST_BAD = "Whether what is recommended is not within the limit, though more is allowed."
_FIRST = 0  # of the outcomes: the one that an answer is about


@dataclass(frozen=True, slots=True)
class _State:
    """What the shield knows of one history: whether it is enough, and what forbids to treat."""

    barred: Fact | None
    forbidden: Fact | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """An action, held against the rule of today and the limits.

    Attributes:
        action: as the manifest has it.
        allowed: by the rule of today.
        keeps: whether it is within each limit, the most important first.
        within_limit: within all of them, and so is its chance of the first outcome.
        risks: per outcome.
    """

    action: Action
    allowed: bool
    keeps: list[bool]
    within_limit: bool
    risks: list[float]


class Policy(OutputDefaults):
    """`{"recommended": action or null, "least_bad", "options": [{"action", "risks", ...}], ...}`.

    The shield stands behind the model, whatever the model says: no treatment while a count is below
    its hold, and no recommendation from counts that are too old or too few. Whether that rule
    allows an option, and whether the option is within the limit, are two things. What is
    recommended above the limit, though more is allowed, is the least bad.
    """

    recommends: ClassVar[bool] = True

    def __init__(self, spec: PolicyOutput, series: SeriesInput) -> None:
        self._spec = spec
        self._series = series
        self.notice, self.orders = spec.notice, spec.orders
        self._units = {f.name: getattr(f, "unit", "1") for f in series.features}
        self._columns = {f.name: i for i, f in enumerate(series.features)}
        self._names = [outcome.name for outcome in spec.outcomes]
        self._limits = {self._names.index(one.outcome): one.at_most for one in spec.limits}
        self._limited = self._names.index(spec.limit.outcome)
        self._stated = {_FIRST: spec.limit.at_most} | self._limits
        self.columns = _name_columns(spec)

    def tabulate(self, outputs: Tensors, inputs: Tensors) -> Table:
        """Columns `recommended`, `least_bad`, `notice`, and for every action its own.

        These are `<action>_allowed`, `<action>_within_limit` and `<action>_why`, then as numbers
        `<action>_<outcome>` and `<action>_expected_<nadir>`, of risks [n, actions, outcomes] and
        nadirs [n, actions]. What is the same in every answer is left to the manifest, but for the
        notice.
        """
        actions, outcomes = len(self._spec.actions), len(self._spec.outcomes)
        risks = round_numbers(outputs[self._spec.tensor], actions * outcomes)
        risks = risks.reshape(len(risks), actions, outcomes)
        nadirs = round_numbers(outputs[self._spec.nadir_tensor], actions)
        numbers = np.concatenate([risks, nadirs[:, :, None]], axis=2)  # [n, actions, outcomes + 1]
        states = [self._judge(history) for history in inputs[self._series.tensor]]
        rows = [self._recommend(*pair) for pair in zip(risks.tolist(), states, strict=True)]
        texts = list(zip(*(texts for texts, _ in rows), strict=True))
        return Table(
            texts or [()] * len(self.columns.texts),
            numbers.reshape(len(numbers), len(self.columns.numbers)),
            [(_NONE_ACCEPTABLE,) if is_over else () for _, is_over in rows],
            [state.barred for state in states],
            [state.forbidden for state in states],
        )

    def list_rows(self, table: Table) -> list[dict[str, Any]]:
        """A recommendation each, with every option, the limit and the notice."""
        texts = zip(*table.texts, strict=True)
        return [
            {
                "recommended": recommended,
                "least_bad": least_bad,
                "options": self._list_options(cells, numbers),
                "limit": {limit.outcome: limit.at_most for limit in self._spec.limits},
                "grading": self._spec.grading,
                "notice": notice,
            }
            for (recommended, least_bad, notice, *cells), numbers in zip(
                texts, table.numbers.tolist(), strict=True
            )
        ]

    def _list_options(self, cells: Sequence[Cell], numbers: Sequence[float]) -> list[Any]:
        """One row's options.

        Args:
            cells: per action whether it is allowed, whether it is within the limit, and why.
            numbers: per action its risks and its nadir.
        """
        outcomes, quantity = self._names, self._spec.nadir
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
                "allowed": cells[3 * i],
                "within_limit": cells[3 * i + 1],
                "why": cells[3 * i + 2],
            }
            for i, action in enumerate(self._spec.actions)
        ]

    def _recommend(self, risks: list[list[float]], state: _State) -> tuple[list[Cell], bool]:
        """The cells of a row, by its risks [actions, outcomes]; whether all are too risky."""
        judged = [
            self._hold_against(*pair, state) for pair in zip(self._spec.actions, risks, strict=True)
        ]
        chosen = choose(
            [one.allowed for one in judged],
            [one.keeps for one in judged],
            [one.risks[self._limited] for one in judged],
        )
        recommended = None if chosen is None else judged[chosen]
        name, least_bad, is_over = None, False, False
        if recommended:
            name, is_over = recommended.action.name, not all(recommended.keeps)
            is_alone = sum(one.allowed for one in judged) == 1
            least_bad = not recommended.within_limit and not is_alone
        cells: list[Cell] = [name, least_bad, self._spec.notice]
        for one in judged:
            why = self._justify(one, recommended, state, least_bad=least_bad)
            cells += [one.allowed, one.within_limit, why]
        return cells, is_over

    def _hold_against(self, action: Action, risks: list[float], state: _State) -> _Judged:
        keeps = [risks[i] <= at_most for i, at_most in self._limits.items()]
        within = all(keeps) and risks[_FIRST] <= self._stated[_FIRST]
        return _Judged(action, self._allows(action, state), keeps, within, risks)

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

    def _justify(
        self, one: _Judged, recommended: _Judged | None, state: _State, *, least_bad: bool
    ) -> Fact:
        """Why an action is recommended or not, its risks and how they stand to the limit first."""
        if recommended is None or not one.allowed:
            return state.barred or state.forbidden or _NOTHING_ALLOWED
        why = self._compare(one, recommended, least_bad=least_bad)
        return Fact("clauses", clauses=[_DELAYED, why]) if state.forbidden else why

    def _compare(self, one: _Judged, recommended: _Judged, *, least_bad: bool) -> Fact:
        """Why an allowed action is the recommended one, or is not."""
        risk, name = self._tell_risk(one), recommended.action.name
        if one is recommended:
            if one.within_limit:
                return Fact("option_first", risk=risk)
            return Fact("option_least_bad" if least_bad else "option_left", risk=risk)
        if one.within_limit:
            return Fact("option_after", risk=risk, action=name)
        if recommended.within_limit:
            return Fact("option_not_recommended", risk=risk)
        return Fact("option_worse", risk=risk, action=name)

    def _tell_risk(self, one: _Judged) -> Fact:
        """The risk of the first outcome; of an option above the limit, those that are above it."""
        told = [i for i, at_most in self._stated.items() if one.risks[i] > at_most] or [_FIRST]
        code = "risk_within_limit" if one.within_limit else "risk_above_limit"
        facts = [
            Fact(code, outcome=self._names[i], risk=one.risks[i], at_most=self._stated[i])
            for i in told
        ]
        return facts[0] if len(facts) == 1 else Fact("clauses", clauses=facts)

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
        """What is recommended, or is the least bad, and the risk of the first outcome then."""
        recommended, outcome = output["recommended"], self._names[_FIRST]
        (option,) = [one for one in output["options"] if one["action"] == recommended]
        code = "card_least_bad_dose" if output["least_bad"] else "card_next_dose"
        return Fact(code, action=recommended, outcome=outcome, risk=option["risks"][outcome])

    def list_figures(self, output: dict[str, Any]) -> Figures:
        """A row per option."""
        names = self._names
        head = [Fact("column_option"), *(Fact("spelled", text=name) for name in names)]
        rows = [
            [
                Fact("text", text=option["action"]),
                *(Fact("share", share=option["risks"][name]) for name in names),
                *(Fact("yes" if option[of] else "no") for of in ("allowed", "within_limit")),
            ]
            for option in output["options"]
        ]
        return Figures([*head, Fact("column_allowed"), Fact("column_within_limit")], rows)

    def is_alarming(self, output: dict[str, Any], _decision: Decision | None) -> bool:
        """Whether something is forbidden, or what is recommended is above the limit."""
        return output["least_bad"] or not all(one["allowed"] for one in output["options"])

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_answer(self._spec)


def _name_columns(spec: PolicyOutput) -> Columns:
    texts, numbers = ["recommended", "least_bad", "notice"], []
    for action in spec.actions:
        texts += [f"{action.name}_{of}" for of in ("allowed", "within_limit", "why")]
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


def choose(allowed: list[bool], keeps: list[list[bool]], risks: list[float]) -> int | None:
    """The position of the first allowed action within every limit.

    Where none is, the last limit is given up first; where none is within the first limit, the
    allowed action with the least risk is chosen.

    Args:
        allowed: per action, in order of preference.
        keeps: per action, whether it is within each limit, the most important first.
        risks: per action, of the outcome that the first limit is of.
    """
    open_to = [i for i, allow in enumerate(allowed) if allow]
    for limits in range(len(keeps[0]), 0, -1):
        for i in open_to:
            if all(keeps[i][:limits]):
                return i
    return min(open_to, key=lambda i: risks[i], default=None)


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
        most = {
            one.outcome: PROBABILITY
            | {"description": f"The chance that is acceptable: {one.at_most:g}."}
            for one in spec.limits
        }
        limit = describe_object("Limit", most)
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
        "allowed": BOOLEAN | {"description": "By the rule of today, whatever the risks are."},
        "within_limit": BOOLEAN
        | {"description": "Whether its risks are acceptable, whatever the rule of today is."},
        "why": TEXT,
        **FACT,
    }
    return describe_object(
        "Policy",
        {
            "recommended": describe_nullable(action),
            "least_bad": BOOLEAN | {"description": _LEAST_BAD},
            "options": describe_list(describe_object("Option", option)),
            "limit": limit,
            "grading": describe_constant(spec.grading if spec else None),
            "notice": describe_constant(spec.notice if spec else None),
        },
    )
