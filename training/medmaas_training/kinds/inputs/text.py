"""A line of characters, or free text, in words and drafted."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, TextInput, Tokens
from medmaas_training.drafting.seen import LIKELY, POSSIBLE, SURE, InputDraft, Question, SeenInput
from medmaas_training.kinds.inputs import InputDescription
from medmaas_training.report.features import Table
from medmaas_training.report.markdown import bullets

_LONGER = {
    "first": "of a longer text the beginning is read, and the answer says what was not",
    "refused": "a longer text is refused",
}

_CHARACTERS = 8
_ROW = 2  # dimensions
_WHOLE = {"tensor(int64)", "tensor(int32)"}
_TOKENIZER = "tokenizer.json"
_MASK, _TYPE = re.compile("mask", re.IGNORECASE), re.compile("type|segment", re.IGNORECASE)
_TEXT = re.compile("ids|token|text|smiles|char|sequence", re.IGNORECASE)


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

    def invent(self, draw: np.random.Generator) -> dict[str, Any]:
        """A sentence that says nothing of anybody, or a few of the characters."""
        spec = self._text
        if spec.tokens:
            return {spec.field: "An invented text, which is of nobody."}
        if spec.syntax:
            return {spec.field: "CCO"}
        count = min(_CHARACTERS, spec.max_length)
        return {spec.field: "".join(draw.choice([*spec.alphabet], count))}


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


def draft(seen: SeenInput) -> InputDraft | None:
    """Tensors of whole numbers, the first of codes: of tokens with a mask and types, if there are.

    Tokens need the tokenizer beside the graph.
    """
    codes = [tensor for tensor in seen.tensors if not _is_beside(tensor.name)]
    masks = [tensor.name for tensor in seen.tensors if _MASK.search(tensor.name)]
    types = [tensor.name for tensor in seen.tensors if _TYPE.search(tensor.name)]
    is_whole = all(t.datatype in _WHOLE and len(t.shape) == _ROW for t in seen.tensors)
    if not is_whole or len(codes) != 1 or max(len(masks), len(types)) > 1:
        return None
    (tensor,) = codes
    length = tensor.shape[1]
    fields: dict[str, Any] = {
        "kind": "text",
        "tensor": tensor.name,
        "field": "text",
        "description": None,
        "max_length": length if length > 0 else None,
    }
    questions = [Question(("description",), "what is the text?")]
    if length < 1:
        words = "how many tokens does the graph take at most? It takes any number of them"
        questions.append(Question(("max_length",), words))
    has_tokenizer = (seen.beside / _TOKENIZER).exists()
    if not (masks or types or has_tokenizer):
        fields["alphabet"] = None
        words = (
            "the characters that the graph knows, in the order of its codes 1, 2, ...; where it "
            f"takes tokens, lay {_TOKENIZER} beside the graph and draft again"
        )
        questions.append(Question(("alphabet",), words))
        likely = seen.table is None and _TEXT.search(tensor.name)
        return InputDraft(fields, LIKELY if likely else POSSIBLE, tuple(questions))
    tokens: dict[str, Any] = {"file": _TOKENIZER if has_tokenizer else None}
    if masks:
        tokens["mask_tensor"] = masks[0]
    if types:
        tokens["type_tensor"] = types[0]
    if not has_tokenizer:
        words = f"{_TOKENIZER} of the library tokenizers must lie beside the graph: its file name"
        questions.append(Question(("tokens", "file"), words))
    return InputDraft(fields | {"tokens": tokens}, SURE, tuple(questions))


def _is_beside(name: str) -> bool:
    """Whether a tensor goes with codes: a mask, or types of tokens."""
    return bool(_MASK.search(name) or _TYPE.search(name))
