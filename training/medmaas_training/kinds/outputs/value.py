"""A number, in words."""

from medmaas.model.kinds import expect
from medmaas.model.manifest import Output, ValueOutput
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
