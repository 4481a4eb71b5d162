"""Several inputs in one instance, in words and drafted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, Part, PartsInput
from medmaas_training.drafting.seen import SURE, InputDraft, Question, SeenInput, ask_below
from medmaas_training.kinds.inputs import InputDescription, describe_input, draft_input
from medmaas_training.report.features import Table
from medmaas_training.tabular.own_reading import make_name

_TWO = 2
_WHOLE = {"tensor(int64)", "tensor(int32)"}


class PartsDescription(InputDescription):
    """Each part as its kind describes it."""

    def __init__(self, spec: PartsInput) -> None:
        super().__init__(spec)
        self._parts = spec.parts
        self.is_short = all(describe_input(part.input).is_short for part in spec.parts)

    def describe(self) -> list[str]:
        """Part by part, and what happens where one is missing."""
        return [text for part in self._parts for text in self._describe_part(part)]

    @staticmethod
    def _describe_part(part: Part) -> list[str]:
        told = f"The part `{part.name}` ({part.input.kind}), "
        told += f"if it is missing: {part.missing}." if part.missing else "required."
        return [told, *describe_input(part.input).describe()]

    def tabulate(self) -> Table:
        """The rows of all parts, each after its part; three cells, whatever more a kind tells."""
        rows = []
        for part in self._parts:
            _, some = describe_input(part.input).tabulate()
            rows += [[f"{part.name}: {row[0]}", row[1], "; ".join(row[2:])] for row in some]
        return ("field", "meaning", "enters as"), rows

    def explain_size(self, shape: Sequence[int]) -> str:
        """One of the tensors has another shape."""
        del shape
        return "state the input of the part as its tensor is, or export the graph as it is stated"

    def explain_count(self) -> str:
        """The graph takes more or fewer tensors than the parts have."""
        return "state one part for each, and present_tensor where one says whether a part is there"

    def invent(self, draw: np.random.Generator) -> dict[str, Any]:
        """Each part as its kind invents it."""
        return {part.name: describe_input(part.input).invent(draw) for part in self._parts}


def make(spec: Input) -> PartsDescription:
    """What describes."""
    return PartsDescription(expect(spec, PartsInput))


def draft(seen: SeenInput) -> InputDraft | None:
    """Several tensors, a part each; those of tokens are one.

    Those of a table are of the part whose number of columns fits.
    """
    if seen.opened.takes_columns:
        return None  # which are one table
    groups = _group(seen)
    if len(groups) < _TWO:
        return None
    parts: list[dict[str, Any]] = []
    questions: list[Question] = []
    told: list[str] = []
    for i, group in enumerate(groups):
        drafted = draft_input(group)
        name = make_name(group.tensors[0].name)
        parts.append({"name": name, "input": drafted.fields})
        questions += ask_below(drafted.questions, "parts", i, "input")
        told += drafted.told
    about = (
        "may a part be missing? Then say by missing what the graph does, and by present_tensor "
        "which of its tensors, if one, says whether it is there"
    )
    return InputDraft(
        fields={"kind": "parts", "parts": parts},
        fit=SURE,
        questions=(Question(("parts",), about), *questions),
        told=tuple(told),
    )


def _group(seen: SeenInput) -> list[SeenInput]:
    """The tensors of each part; a table goes to the one of rows, if that is one alone."""
    tokens = tuple(t for t in seen.tensors if t.datatype in _WHOLE and len(t.shape) == _TWO)
    is_text = len(tokens) > 1 and len(tokens) < len(seen.tensors)
    rest = tuple((t,) for t in seen.tensors if not is_text or t not in tokens)
    groups = [*([tokens] if is_text else []), *rest]
    if len(tokens) == len(seen.tensors) and len(tokens) > 1:
        return []
    rows = [one for one in groups if len(one) == 1 and len(one[0].shape) == _TWO]
    return [
        replace(seen, tensors=one, table=seen.table if rows == [one] else None) for one in groups
    ]
