"""A recommended action among several, each with its risks, behind a shield of fixed rules."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import Action, PolicyOutput, SeriesInput
from medmaas.model.outputs.answer import (
    Answer,
    Columns,
    Table,
    Tensors,
    name_columns,
    round_numbers,
)
from medmaas.model.schema import (
    BOOLEAN,
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

_TIME = 0
_DELAYED = "delays treatment, which no count forbids"
_NONE_ACCEPTABLE = "no option keeps the risk within the limit: the one with the least is named"


@dataclass(frozen=True, slots=True)
class _State:
    """What the shield knows of one history: whether it is enough, and what forbids to treat."""

    abstained: str | None
    forbidden: str | None


class Policy:
    """`{"recommended": action or null, "options": [{"action", "risks", "allowed", "why", ...}]}`.

    The shield stands behind the model, whatever the model says: no treatment while a count is below
    its hold, and no recommendation from counts that are too old or too few.
    """

    def __init__(self, spec: PolicyOutput, series: SeriesInput) -> None:
        self._spec = spec
        self._series = series
        self._units = {f.name: getattr(f, "unit", "1") for f in series.features}
        self._columns = {f.name: i for i, f in enumerate(series.features)}
        names = [outcome.name for outcome in spec.outcomes]
        self._limited = names.index(spec.limit.outcome)
        self.columns = _name_columns(spec)

    def answer(self, outputs: Tensors, inputs: Tensors) -> list[Answer]:
        """One answer per history, given risks [n, actions, outcomes] and nadirs [n, actions]."""
        actions, outcomes = len(self._spec.actions), len(self._spec.outcomes)
        risks = round_numbers(outputs[self._spec.tensor], actions * outcomes)
        nadirs = round_numbers(outputs[self._spec.nadir_tensor], actions)
        histories = inputs[self._series.tensor]
        return [
            self._recommend(risk.reshape(actions, outcomes).tolist(), nadir.tolist(), history)
            for risk, nadir, history in zip(risks, nadirs, histories, strict=True)
        ]

    def table(self, outputs: Tensors, inputs: Tensors) -> Table:
        """The same as columns: `recommended`, `notice`, and for every action its own.

        These are `<action>_allowed`, `<action>_why`, then as numbers `<action>_<outcome>` and
        `<action>_expected_<nadir>`. What is the same in every answer is left to the manifest, but
        for the notice.
        """
        answers = self.answer(outputs, inputs)
        texts = [_list_texts(answer.output) for answer in answers]
        numbers = np.array([_list_numbers(answer.output) for answer in answers], np.float64)
        return Table(
            list(zip(*texts, strict=True)) or [()] * len(self.columns.texts),
            numbers.reshape(len(answers), len(self.columns.numbers)),
            [answer.warnings for answer in answers],
            [answer.abstained for answer in answers],
        )

    def _recommend(
        self, risks: list[list[float]], nadirs: list[float], history: NDArray[np.float32]
    ) -> Answer:
        state = self._judge(history)
        allowed = [self._allows(action, state) for action in self._spec.actions]
        limited = [risk[self._limited] for risk in risks]
        options = [
            self._describe(action, risk, nadir, state)
            for action, risk, nadir in zip(self._spec.actions, risks, nadirs, strict=True)
        ]
        chosen = choose(allowed, limited, self._spec.limit.at_most)
        output = {
            "recommended": None if chosen is None else self._spec.actions[chosen].name,
            "options": options,
            "limit": {self._spec.limit.outcome: self._spec.limit.at_most},
            "grading": self._spec.grading,
            "notice": self._spec.notice,
        }
        over = chosen is not None and limited[chosen] > self._spec.limit.at_most
        return Answer(output, (_NONE_ACCEPTABLE,) if over else (), state.abstained)

    def _judge(self, history: NDArray[np.float32]) -> _State:
        shield = self._spec.shield
        known = history[~np.isnan(history[:, self._columns[shield.count]]), _TIME]
        abstained = None
        if len(known) < shield.fewest_counts:
            abstained = f"fewer than {shield.fewest_counts} values of {shield.count} are known"
        elif -known[-1] > shield.oldest_days:
            abstained = f"the last {shield.count} is more than {shield.oldest_days:g} days old"
        return _State(abstained, self._find_hold(history))

    def _find_hold(self, history: NDArray[np.float32]) -> str | None:
        for hold in self._spec.shield.holds:
            values = history[:, self._columns[hold.feature]]
            values = values[~np.isnan(values)]
            if len(values) and values[-1] < hold.below:
                limit = f"{hold.below:g} {self._units[hold.feature]}"
                return f"the last {hold.feature} is below {limit}: no treatment today"
        return None

    @staticmethod
    def _allows(action: Action, state: _State) -> bool:
        treats_today = action.delay_days == 0
        return state.abstained is None and not (treats_today and state.forbidden)

    def _describe(
        self, action: Action, risks: list[float], nadir: float, state: _State
    ) -> dict[str, Any]:
        limit, quantity = self._spec.limit, self._spec.nadir
        risk = risks[self._limited]
        within = "within" if risk <= limit.at_most else "above"
        why = f"{limit.outcome} is {risk:.2f}, {within} the limit of {limit.at_most:g}"
        allowed = self._allows(action, state)
        if not allowed:
            why = state.abstained or state.forbidden or why
        elif action.delay_days and state.forbidden:
            why = f"{_DELAYED}; {why}"
        return {
            "action": action.name,
            "dose": action.dose,
            "delay_days": action.delay_days,
            "gcsf": action.gcsf,
            "risks": dict(zip((o.name for o in self._spec.outcomes), risks, strict=True)),
            "expected_nadir": {"name": quantity.name, "value": nadir, "unit": quantity.unit},
            "allowed": allowed,
            "why": why,
        }

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_policy(self._spec)


def describe_policy(spec: PolicyOutput | None = None) -> Schema:
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


def _name_columns(spec: PolicyOutput) -> Columns:
    texts, numbers = ["recommended", "notice"], []
    for action in spec.actions:
        texts += [f"{action.name}_allowed", f"{action.name}_why"]
        numbers += [f"{action.name}_{outcome.name}" for outcome in spec.outcomes]
        numbers.append(f"{action.name}_expected_{spec.nadir.name}")
    return name_columns(texts, numbers)


def _list_texts(output: dict[str, Any]) -> list[str | None]:
    texts = [output["recommended"], output["notice"]]
    for option in output["options"]:
        texts += ["true" if option["allowed"] else "false", option["why"]]
    return texts


def _list_numbers(output: dict[str, Any]) -> list[float]:
    numbers: list[float] = []
    for option in output["options"]:
        numbers += [*option["risks"].values(), option["expected_nadir"]["value"]]
    return numbers


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
