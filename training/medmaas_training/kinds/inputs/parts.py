"""Several inputs in one instance, in words."""

from collections.abc import Sequence

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, Part, PartsInput
from medmaas_training.kinds.inputs import InputDescription, describe_input
from medmaas_training.report.features import Table


class PartsDescription(InputDescription):
    """Each part as its kind describes it."""

    def __init__(self, spec: PartsInput) -> None:
        super().__init__(spec)
        self._parts = spec.parts

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


def make(spec: Input) -> PartsDescription:
    """What describes."""
    return PartsDescription(expect(spec, PartsInput))
