"""A line of characters, in words."""

from collections.abc import Sequence

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, TextInput
from medmaas_training.kinds.inputs import InputDescription
from medmaas_training.report.features import Table


class TextDescription(InputDescription):
    """One field, and its characters."""

    def __init__(self, spec: TextInput) -> None:
        super().__init__(spec)
        self._text = spec

    def describe(self) -> list[str]:
        """What it is, and every character."""
        spec = self._text
        characters = " ".join(f"`{character}`" for character in spec.alphabet)
        about = f"`{spec.field}`: {spec.description} At most {spec.max_length} characters, of:"
        return [about, characters.replace("|", "\\|")]

    def tabulate(self) -> Table:
        """One row."""
        spec = self._text
        limits = f"at most {spec.max_length} of {' '.join(spec.alphabet)}"
        return ("field", "meaning", "characters"), [[spec.field, spec.description, limits]]

    def explain_size(self, shape: Sequence[int]) -> str:
        """Lines of another length."""
        return f"state input.max_length {shape[1]}"


def make(spec: Input) -> TextDescription:
    """What describes."""
    return TextDescription(expect(spec, TextInput))
