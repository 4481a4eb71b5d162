"""Free text, the second form of a text: a row of the tokens that a tokenizer makes of it."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from medmaas.facts import Fact
from medmaas.model.inputs.reading import (
    InputColumn,
    InvalidValueError,
    Notes,
    Reading,
    Tensor,
    collect,
    describe_field,
    read_object,
)
from medmaas.model.inputs.text import OneText
from medmaas.model.inputs.tokenizer import Encoded, Span, Tokenizer
from medmaas.model.manifest import TextInput, Tokens
from medmaas.model.schema import Schema

_LOST = "\ufffd"  # what decoders write for bytes that were no characters
_LINES = frozenset("\t\n\v\f\r\x85")  # control characters that texts have


class TokenText(OneText):
    """Text to int64 codes of tokens, filled up to `max_length`, with mask and types if asked for.

    The text is taken as it was sent, blanks and lines included: what becomes of them is the
    tokenizer's.

    Attributes:
        tokenizer: of the model's folder.
    """

    takes = "per instance a text in UTF-8"

    def __init__(self, spec: TextInput, tokens: Tokens, content: bytes) -> None:
        self._spec, self._tokens = spec, tokens
        self.columns = (InputColumn(spec.field, "text"),)
        self.tokenizer = Tokenizer(content, tokens.file, spec.max_length, tokens.padding)

    def read(self, instances: Sequence[object]) -> Reading:
        """Read all instances, whatever is wrong with some of them."""
        notes = [Notes(index) for index in range(len(instances))]
        rows = list[list[int]]()
        for instance, note in zip(instances, notes, strict=True):
            given = read_object(instance, (self._spec.field,), note)
            rows.append([])
            try:
                rows[-1] = self._take_apart(given.get(self._spec.field), note)
            except InvalidValueError as error:
                if isinstance(instance, dict):
                    note.refuse(self._spec.field, error.fact)
        return self._collect(rows, notes)

    def read_tensors(self, tensors: Mapping[str, Tensor]) -> Reading:
        """Read tokens as the graph takes them, of at most `max_length` each, filled up or not."""
        codes = tensors[self._spec.tensor]
        notes = [Notes(index) for index in range(len(codes))]
        rows = list[list[int]]()
        for index, note in enumerate(notes):
            row = {name: tensor[index].tolist() for name, tensor in tensors.items()}
            rows.append([])
            try:
                rows[-1] = self._check_row(row, note)
            except InvalidValueError as error:
                note.refuse(self._spec.tensor, error.fact)
        return self._collect(rows, notes)

    def restore_instances(self, tensors: Mapping[str, Tensor]) -> Sequence[object]:
        """The texts, as well as the tokenizer tells them: explanations tell places in them."""
        rows = tensors[self._spec.tensor].tolist()
        texts = [self._decode(row) for row in rows]
        return [{self._spec.field: text} for text in texts]

    def locate(self, text: str, codes: Sequence[int]) -> Encoded:
        """A row of tokens, filled up or not, with the places of its tokens in the text it is of."""
        encoded, own = self.tokenizer.encode(text), self._strip(codes)
        if encoded.codes == own:
            return encoded
        begin = len(self.tokenizer.before)
        inner = own[begin : len(own) - len(self.tokenizer.behind)]
        return Encoded(own, self._find_places(inner), begin)

    def fill(self, rows: Sequence[Sequence[int]]) -> dict[str, Tensor]:
        """All tensors of rows of tokens, filled up or not, that are known to be of texts."""
        return self._fill_up([self._strip(row) for row in rows])

    def json_schema(self) -> Schema:
        """JSON Schema of one instance, as OpenAPI 3.1 takes it."""
        text = {
            "type": "string",
            "title": self._spec.field,
            "description": self._spec.description,
            "minLength": 1,
            "maxLength": self._tokens.most_characters,
        }
        return describe_field(self._spec.field, text)

    def _take_apart(self, text: object, note: Notes) -> list[int]:
        most = self._tokens.most_characters
        if not isinstance(text, str) or not text.strip():
            raise InvalidValueError("not_a_text", most=most)
        if len(text) > most:
            raise InvalidValueError("too_long", position=most + 1, most=most)
        _require_characters(text)
        encoded = self.tokenizer.encode(text)
        if not encoded.spans:
            raise InvalidValueError("text_without_tokens")
        if _LOST in text:
            note.warn(self._spec.field, Fact("characters_lost", position=text.index(_LOST) + 1))
        if encoded.left_out:
            self._tell_cut(text, encoded, note)
        self._tell_unknown(encoded.codes, len(encoded.spans), note)
        return encoded.codes

    def _tell_cut(self, text: str, encoded: Encoded, note: Notes) -> None:
        """What was not read of a text, and from which character on."""
        read, rest = len(encoded.spans), text[encoded.left_out[0][0] :]
        tokens, position = read + len(encoded.left_out), len(text) - len(rest.lstrip()) + 1
        if self._tokens.longer == "refused":
            raise InvalidValueError("too_many_tokens", tokens=tokens, most=read, position=position)
        cut = Fact("text_cut_off", tokens=tokens, most=read, position=position)
        note.warn(self._spec.field, cut)

    def _tell_unknown(self, codes: Sequence[int], tokens: int, note: Notes) -> None:
        unknown = codes.count(self.tokenizer.unknown) if self.tokenizer.unknown is not None else 0
        if not unknown:
            return
        note.warn(self._spec.field, Fact("unknown_tokens", unknown=unknown, tokens=tokens))
        most = self._tokens.most_unknown
        if most is not None and unknown / tokens > most:
            note.hold(Fact("too_many_unknown_tokens", share=unknown / tokens, most=most))

    def _check_row(self, row: Mapping[str, list[int]], note: Notes) -> list[int]:
        """The tokens of a row of each tensor, not filled up."""
        codes, fill = row[self._spec.tensor], self.tokenizer.padding
        if len(codes) > self._spec.max_length:
            raise InvalidValueError("too_many_tokens_sent", most=self._spec.max_length)
        own, mask_name = self._strip(codes), self._tokens.mask_tensor
        if mask_name:
            own = codes[: _measure(row[mask_name])]
            if any(code != fill for code in codes[len(own) :]):
                raise InvalidValueError("tokens_behind_the_mask", padding=fill)
        if self._tokens.type_tensor and any(row[self._tokens.type_tensor]):
            raise InvalidValueError("token_types_not_zero")
        for place, code in enumerate(own):
            if not self.tokenizer.knows(code):
                raise InvalidValueError("token_not_in_vocabulary", position=place + 1)
        before, behind = self.tokenizer.before, self.tokenizer.behind
        inner = len(own) - len(before) - len(behind)
        framed = own[: len(before)] == before and own[len(before) + inner :] == behind
        if inner < 1 and not (before or behind):
            raise InvalidValueError("text_without_tokens")
        if inner < 1 or not framed:
            raise InvalidValueError("tokens_without_frame", before=before, behind=behind)
        self._tell_unknown(own, inner, note)
        return own

    def _collect(self, rows: Sequence[list[int]], notes: Sequence[Notes]) -> Reading:
        tensors = self._fill_up(rows)
        reading = collect(self._spec.tensor, tensors[self._spec.tensor], notes)
        return replace(reading, tensors=tensors)

    def _fill_up(self, rows: Sequence[Sequence[int]]) -> dict[str, Tensor]:
        shape = len(rows), self._spec.max_length
        codes, mask = np.full(shape, self.tokenizer.padding, np.int64), np.zeros(shape, np.int64)
        for index, row in enumerate(rows):
            codes[index, : len(row)] = row
            mask[index, : len(row)] = 1
        tensors: dict[str, Tensor] = {self._spec.tensor: codes}
        if self._tokens.mask_tensor:
            tensors[self._tokens.mask_tensor] = mask
        if self._tokens.type_tensor:
            tensors[self._tokens.type_tensor] = np.zeros(shape, np.int64)
        return tensors

    def _strip(self, codes: Sequence[int]) -> list[int]:
        """Without what fills up."""
        end, fill, behind = len(codes), self.tokenizer.padding, self.tokenizer.behind
        while end and codes[end - 1] == fill:
            end -= 1
        if behind and {*behind} == {fill}:  # a text may end with the same token
            end = min(end + len(behind), len(codes))
        return [int(code) for code in codes[:end]]

    def _decode(self, codes: Sequence[int]) -> str:
        known = [code for code in self._strip(codes) if self.tokenizer.knows(code)]
        return self.tokenizer.decode(known)

    def _find_places(self, codes: list[int]) -> list[Span]:
        """Where each token is in the text that all of them are decoded to."""
        ends = [len(self.tokenizer.decode(codes[: i + 1])) for i in range(len(codes))]
        spans, begin = list[Span](), 0
        for end in ends:
            spans.append((begin, max(begin, end)))
            begin = spans[-1][1]
        return spans


def _require_characters(text: str) -> None:
    """Raise InvalidValueError where a text holds what is no character of a text."""
    if text.isprintable():
        return
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if category == "Cs":
            raise InvalidValueError("half_character_at", position=place + 1)
        if category == "Cc" and character not in _LINES:
            raise InvalidValueError("control_character", position=place + 1)


def _measure(mask: Sequence[int]) -> int:
    """How many tokens a mask shows, which are the first."""
    length = sum(one == 1 for one in mask)
    if any(one != 1 for one in mask[:length]) or any(mask[length:]):
        raise InvalidValueError("mask_not_of_the_first")
    return length
