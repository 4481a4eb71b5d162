"""A number, in words and drafted."""

from medmaas.model.kinds import expect
from medmaas.model.manifest import Output, ValueOutput
from medmaas_training.drafting.labelling import find_target
from medmaas_training.drafting.ordering import correlate
from medmaas_training.drafting.seen import LIKELY, NAMED, SURE, OutputDraft, SeenOutput
from medmaas_training.kinds.outputs import OutputDescription


class ValueDescription(OutputDescription):
    """One number."""

    form = "numbers"

    def __init__(self, output: ValueOutput) -> None:
        super().__init__(output)
        self._unit = output.unit

    def describe(self) -> str:
        """With its unit."""
        return f"a number in {self._unit}"

    def count_columns(self, field: str) -> tuple[str, int]:
        """One."""
        del field
        return "an output of kind value", 1


def make(output: Output) -> ValueDescription:
    """What describes."""
    return ValueDescription(expect(output, ValueOutput))


def draft(seen: SeenOutput) -> OutputDraft | None:
    """One column, or none, of any numbers."""
    if seen.size not in {(), (1,)} or (seen.size and seen.ending == "Sigmoid"):
        return None
    target = find_target(seen)
    unit = target.cells.unit if target else None
    fields = {"kind": "value", "tensor": seen.tensor.name, "unit": unit}
    fit = LIKELY if seen.are_probabilities() else SURE
    told: tuple[str, ...] = ()
    if target and seen.of_cases and seen.values is not None:
        apart = correlate(seen.values.reshape(-1), target.cells.values)
        if apart is not None:
            told = (
                f"what the graph gives does not go with {target.header} in the cases (correlation "
                f"{apart:.2f}): is the order of the table's columns that of the graph?",
            )
        elif not target.classes:
            fit = NAMED
    if seen.outcome and seen.outcome.time:
        told += (
            "the graph gives one number, which is no survival curve: a score of risk is drafted as "
            "a value; export the curve at fixed times to have risks",
        )
    title = f"{target.header}, a number" if target else ""
    return OutputDraft(fields, fit, (), title, told)
