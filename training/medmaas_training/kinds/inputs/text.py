"""A line of characters, or free text, in words."""

from collections.abc import Sequence

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, TextInput, Tokens
from medmaas_training.kinds.inputs import InputDescription
from medmaas_training.report.features import Table
from medmaas_training.report.markdown import bullets

_LONGER = {
    "first": "of a longer text the beginning is read, and the answer says what was not",
    "refused": "a longer text is refused",
}


class TextDescription(InputDescription):
    """One field, and its characters."""

    def __init__(self, spec: TextInput) -> None:
        super().__init__(spec)
        self._text = spec

    def describe(self) -> list[str]:
        """What it is, and every character."""
        spec = self._text
        if spec.tokens:
            return [f"`{spec.field}`: {spec.description}", bullets(_list_rules(spec, spec.tokens))]
        characters = " ".join(f"`{character}`" for character in spec.alphabet)
        about = f"`{spec.field}`: {spec.description} At most {spec.max_length} characters, of:"
        return [about, characters.replace("|", "\\|")]

    def tabulate(self) -> Table:
        """One row."""
        spec = self._text
        if spec.tokens:
            rules = "; ".join(_list_rules(spec, spec.tokens))
            return ("field", "meaning", "read as"), [[spec.field, spec.description, rules]]
        limits = f"at most {spec.max_length} of {' '.join(spec.alphabet)}"
        return ("field", "meaning", "characters"), [[spec.field, spec.description, limits]]

    def explain_size(self, shape: Sequence[int]) -> str:
        """Texts of another length."""
        return f"state input.max_length {shape[1]}"

    def explain_count(self) -> str:
        """A graph of tokens may take a mask and types, which are stated beside its codes."""
        return (
            "state every tensor of the graph, as input.tensor, input.tokens.mask_tensor and "
            "input.tokens.type_tensor, and export it without others"
        )


def _list_rules(spec: TextInput, tokens: Tokens) -> list[str]:
    """How free text is read."""
    return [
        f"taken apart by `{tokens.file}`, which the digest of the model covers",
        f"at most {tokens.most_characters:,} characters and {spec.max_length:,} tokens, those that "
        "the tokenizer sets around the text included",
        _LONGER[tokens.longer],
        "tokens that the tokenizer does not know are told"
        if tokens.most_unknown is None
        else f"no answer if over {tokens.most_unknown:.0%} of the tokens are unknown",
    ]


def make(spec: Input) -> TextDescription:
    """What describes."""
    return TextDescription(expect(spec, TextInput))
