"""Texts: the shortest, the longest, every character that the graph knows, tokens in any order."""

from collections.abc import Iterator

import numpy as np

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, TextInput, Tokens
from medmaas_training.catalogue.probes.inputs import Prober
from medmaas_training.catalogue.probes.made import Array, Made, Tensors

SHORTEST, LONGEST, OTHERS = "of the shortest texts", "of the longest texts", "of invented texts"
_MOST = 64  # a graph of texts is slow
_TEXTS = 4


class TextProber(Prober):
    """Codes [n, max_length], and of tokens perhaps their mask and types."""

    def __init__(self, spec: TextInput) -> None:
        self._spec, self._length = spec, spec.max_length

    def make(self, rows: Tensors, draw: np.random.Generator) -> Iterator[Made]:
        """Every sort; of tokens, which only a tokenizer knows, by those of the rows given."""
        if self._spec.tokens:
            yield from self._rearrange(rows, self._spec.tokens, draw)
            return
        count = len(self._spec.alphabet)
        codes = np.arange(1, count + 1)[:_MOST]
        yield self._write([codes[i : i + 1] for i in range(len(codes))], SHORTEST)
        whole = draw.integers(1, count + 1, (_TEXTS, self._length))
        yield self._write(list(whole), LONGEST)
        sizes = draw.integers(1, self._length + 1, _TEXTS)
        some = [draw.integers(1, count + 1, size) for size in sizes]
        yield self._write(some, OTHERS)

    def _write(self, texts: list[Array], sort: str) -> Made:
        return Made({self._spec.tensor: self._fill(texts, 0)}, sort, [()] * len(texts))

    def _fill(self, texts: list[Array], padding: int) -> Array:
        tensor = np.full((len(texts), self._length), padding, np.int64)
        for row, text in zip(tensor, texts, strict=True):
            row[: len(text)] = text
        return tensor

    def _rearrange(
        self, rows: Tensors, tokens: Tokens, draw: np.random.Generator
    ) -> Iterator[Made]:
        codes = rows[self._spec.tensor]
        mask = rows[tokens.mask_tensor] if tokens.mask_tensor else np.ones_like(codes)
        hidden = codes[mask == 0]
        padding = int(hidden[0]) if len(hidden) else tokens.padding or 0
        known = np.unique(codes[mask != 0])
        first = codes[:_TEXTS, :1]
        yield self._mask(list(first), SHORTEST, padding, tokens)
        whole = known[draw.integers(0, len(known), (_TEXTS, self._length))]
        whole[:, 0] = codes[0, 0]
        yield self._mask(list(whole), LONGEST, padding, tokens)
        sizes = draw.integers(1, self._length + 1, _TEXTS)
        some = [text[:size] for text, size in zip(whole, sizes, strict=True)]
        yield self._mask(some, OTHERS, padding, tokens)

    def _mask(self, texts: list[Array], sort: str, padding: int, tokens: Tokens) -> Made:
        tensors = {self._spec.tensor: self._fill(texts, padding)}
        if tokens.mask_tensor:
            tensors[tokens.mask_tensor] = self._fill([np.ones_like(text) for text in texts], 0)
        if tokens.type_tensor:
            tensors[tokens.type_tensor] = self._fill([np.zeros_like(text) for text in texts], 0)
        return Made(tensors, sort, [()] * len(texts))


def make(spec: Input) -> TextProber:
    """What makes texts."""
    return TextProber(expect(spec, TextInput))
