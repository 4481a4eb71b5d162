"""A text: a line of characters, as places in the model's alphabet; of tokens see tokens.py."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from medmaas.facts import Fact
from medmaas.model.inputs.reading import (
    InputColumn,
    InputDefaults,
    InvalidValueError,
    Notes,
    Reading,
    Tensor,
    collect,
    describe_field,
    find_unknown,
    read_object,
)
from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, TextInput
from medmaas.model.molecule import Spelling, find_atom, judge_notation, judge_parts, spell
from medmaas.model.schema import Schema

_NONE: Mapping[str, bytes] = {}


class OneText(InputDefaults):
    """What both forms of a text have in common."""

    takes_columns: ClassVar[bool] = True
    _spec: TextInput

    def read_columns(self, columns: Mapping[str, Sequence[object]], count: int) -> Reading:
        """Read the one column that there is."""
        name = self._spec.field
        reading = self.read([{name: line} for line in columns.get(name, [None] * count)])
        unknown = find_unknown(columns, [name])
        return replace(reading, problems=[*unknown, *reading.problems])


class Text(OneText):
    """Characters to int64 codes: position in the alphabet plus 1, 0 after the end.

    Blanks around the line are dropped, and not counted. A molecule is written in one way before the
    graph reads it, however it was sent, unless the manifest says otherwise.
    """

    takes = "per instance a line of UTF-8"

    def __init__(self, spec: TextInput) -> None:
        self._spec = spec
        self.columns = (InputColumn(spec.field, "text"),)
        self._codes = {character: i for i, character in enumerate(spec.alphabet, start=1)}

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        notes = [Notes(index) for index in range(len(instances))]
        tensor = np.zeros((len(instances), self._spec.max_length), dtype=np.int64)
        for row, instance, note in zip(tensor, instances, notes, strict=True):
            given = read_object(instance, (self._spec.field,), note)
            try:
                codes = self._encode(given.get(self._spec.field), note)
            except InvalidValueError as error:
                if isinstance(instance, dict):
                    note.refuse(self._spec.field, error.fact)
            else:
                row[: len(codes)] = codes
        return collect(self._spec.tensor, tensor, notes)

    def read_tensor(self, tensor: Tensor) -> Reading:
        """Read codes [n, max_length] as the graph takes them, 0 after the end."""
        return self.read([self.restore(codes) for codes in tensor])

    def restore_instances(self, tensors: Mapping[str, Tensor]) -> Sequence[object]:
        """The lines, of which explanations tell characters."""
        return [self.restore(codes) for codes in tensors[self._spec.tensor]]

    def restore(self, codes: Tensor) -> dict[str, object]:
        """The instance of a row of codes; an unknown code becomes an unknown character."""
        characters = dict(enumerate(self._spec.alphabet, start=1))
        ends = np.flatnonzero(codes)
        known = codes[: ends[-1] + 1] if ends.size else codes[:0]
        return {self._spec.field: "".join(characters.get(code, "\0") for code in known.tolist())}

    def _encode(self, text: object, note: Notes) -> list[int]:
        limit = self._spec.max_length
        if not isinstance(text, str) or not text.strip():
            raise InvalidValueError("not_a_text", most=limit)
        text = text.strip()
        if len(text) > limit:
            if self._spec.syntax == "SMILES" and (other := judge_notation(text)):
                raise other
            raise InvalidValueError("too_long", position=limit + 1, most=limit)
        if self._spec.syntax != "SMILES":
            return self._look_up(text, text)
        spelling = _spell(text)
        if "." in text and "." not in self._codes:
            raise judge_parts(text)
        if self._spec.spelling == "as_sent":
            return self._look_up(text, text)
        if spelling.loses_marks:
            note.warn(self._spec.field, Fact("smiles_marks_left_out"))
        if len(spelling.line) > limit:
            raise InvalidValueError("smiles_too_long", most=limit)
        return self._look_up(spelling.line, text, spelling)

    def _look_up(self, line: str, sent: str, spelling: Spelling | None = None) -> list[int]:
        """The codes of a line; what is unknown is named by its position in the line that was sent.

        Args:
            line: to be encoded.
            sent: the same molecule, as it was sent.
            spelling: what made the one of the other, if they differ.
        """
        codes = [self._codes.get(character, 0) for character in line]
        for place, character in enumerate(line):
            if codes[place] == 0:
                position = place + 1
                if spelling:
                    position = sent.find(character) + 1 or find_atom(spelling, place) + 1
                raise InvalidValueError("unknown_character", position=position)
        return codes

    def json_schema(self) -> Schema:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        text = {
            "type": "string",
            "title": self._spec.field,
            "description": f"{self._spec.description} Characters: {' '.join(self._spec.alphabet)}",
            "minLength": 1,
            "maxLength": self._spec.max_length,
        }
        return describe_field(self._spec.field, text)


def _spell(text: str) -> Spelling:
    """The one spelling of a molecule; what is no SMILES is called what it is, if that is known."""
    try:
        return spell(text)
    except InvalidValueError as error:
        if other := judge_notation(text):
            raise other from None
        if " " in text or "\t" in text:
            position = min(text.find(blank) + 1 or len(text) for blank in " \t")
            raise InvalidValueError("smiles_and_more", position=position) from None
        raise error from None


def make(spec: Input, files: Mapping[str, bytes] = _NONE) -> OneText:
    """What reads; free text with the tokenizer among the files of the model's folder."""
    text = expect(spec, TextInput)
    if text.tokens is None:
        return Text(text)
    from medmaas.model.inputs.tokens import TokenText  # noqa: PLC0415 - few models need it

    return TokenText(text, text.tokens, files[text.tokens.file])
