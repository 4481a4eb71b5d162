"""Several numbers, in words and drafted."""

from math import inf

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    Input,
    Intervals,
    NamedValue,
    Output,
    ValuesIntervals,
    ValuesOutput,
)
from medmaas_training.drafting.seen import LIKELY, SURE, OutputDraft, Question, SeenOutput
from medmaas_training.kinds.outputs import OutputDescription
from medmaas_training.report.markdown import table
from medmaas_training.tabular.own_reading import make_name

_TWO = 2


class ValuesDescription(OutputDescription):
    """A number per name."""

    form = "numbers"

    def __init__(self, output: ValuesOutput) -> None:
        super().__init__(output)
        self._values = output.values
        self.names = tuple(value.name for value in output.values)

    def describe(self) -> str:
        """All of them with their units and bounds."""
        return f"{len(self._values)} numbers: {'; '.join(map(_describe, self._values))}"

    def count_columns(self, field: str) -> tuple[str, int]:
        """One per value."""
        del field
        return "output.values", len(self._values)

    def describe_levels(self, intervals: Intervals, spec: Input) -> list[str]:
        """Half the width of each, per coverage."""
        del spec
        header = ["coverage", *(f"{value.name}, {value.unit}" for value in self._values)]
        rows = [
            [f"{level.coverage:g}", *(f"{half:.4g}" for half in level.quantiles)]
            for level in expect(intervals, ValuesIntervals).levels
        ]
        return ["Half the width of the interval of each value:", table(header, rows)]


def _describe(value: NamedValue) -> str:
    told = f"{value.name} in {value.unit}"
    if value.period:
        return f"{told}, an angle that is the same after {value.period:g}"
    if value.measures:
        told += f", a {value.measures}"
    if value.least > -inf:
        told += f", from {value.least:g}"
    return told if value.most == inf else f"{told} to {value.most:g}"


def make(output: Output) -> ValuesDescription:
    """What describes."""
    return ValuesDescription(expect(output, ValuesOutput))


def draft(seen: SeenOutput) -> OutputDraft | None:
    """Several columns of any numbers."""
    if len(seen.size) != 1 or seen.size[0] < _TWO or seen.ending in {"Sigmoid", "Softmax"}:
        return None
    if seen.sum_to_one():
        return None
    targets = seen.outcome.targets if seen.outcome else ()
    values: list[dict[str, str | None]] = [
        {"name": None, "unit": None, "description": None} for _ in range(seen.size[0])
    ]
    if len(targets) == len(values):
        values = [
            {
                "name": make_name(target.header),
                "unit": target.cells.unit,
                "description": f"Column {target.header}.",
            }
            for target in targets
        ]
    fields = {"kind": "values", "tensor": seen.tensor.name, "values": values}
    fit = LIKELY if seen.are_probabilities() else SURE
    words = "what is each number, in the order of the columns, and in which unit?"
    return OutputDraft(fields, fit, (Question(("values",), words, covers=True),))
