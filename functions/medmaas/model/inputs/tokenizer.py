"""The only door to the library tokenizers: a tokenizer of a model's folder takes texts apart.

Loaded when the first model comes that reads so. Nothing is fetched: the file is in the folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from medmaas import settings
from medmaas.errors import InvalidModelError
from medmaas.model.inputs.reading import InvalidValueError

Span = tuple[int, int]  # of characters, from 0, the second not included

MOST_BYTES = 48 * 2**20  # a vocabulary of 250,000 pieces takes 17 MB
_PADDING, _MASK, _UNKNOWN = ("[PAD]", "<pad>"), ("[MASK]", "<mask>"), ("[UNK]", "<unk>")
_SAMPLE = "a"
_NOT_OF_THE_LIBRARY = (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text, taken apart.

    Attributes:
        codes: of the tokens, those before and behind the text included.
        spans: of the text's own tokens, which characters each is of.
        begin: how many tokens stand before them.
        left_out: the same of those that there was no room for, at its end.
    """

    codes: list[int]
    spans: list[Span]
    begin: int
    left_out: Sequence[Span] = ()


class Tokenizer:
    """A tokenizer.json: texts to tokens and back.

    What a text holds of the tokenizer's special tokens, as [SEP], is read as any other characters:
    only the tokenizer sets them.

    Attributes:
        before: the tokens that stand before every text.
        behind: those that stand behind it.
        padding: the token that fills up.
        unknown: the one that stands for what it does not know, if it has one.
        mask: the one that hides a word, if it has one.

    Args:
        content: of the file.
        name: of the file.
        length: how many tokens a graph takes.
        padding: the token that fills up, if the manifest states it.

    Raises:
        InvalidModelError: the library is not installed, or the file is none that it reads.
    """

    def __init__(self, content: bytes, name: str, length: int, padding: int | None) -> None:
        self._tokenizer, self._length = _load(content, name), length
        sample = self._tokenizer.encode(_SAMPLE)
        own = _find_own(sample)
        self.before, self.behind = sample.ids[: own.start], sample.ids[own.stop :]
        if length <= len(self.before) + len(self.behind):
            raise InvalidModelError("tokenizer_without_room", file=name, length=length)
        configured = self._tokenizer.padding or {}
        self._tokenizer.no_padding()
        found = configured.get("pad_id") if padding is None else padding
        found = self._find_first(_PADDING) if found is None else found
        if found is None or not self.knows(found):
            raise InvalidModelError("tokenizer_without_padding", file=name)
        self.padding: int = found
        stated = getattr(self._tokenizer.model, "unk_token", None)
        self.unknown = self._find_first((stated,) if stated else _UNKNOWN)
        self.mask = self._find_first(_MASK)

    @property
    def room(self) -> int:
        """How many tokens of a text a graph takes."""
        return self._length - len(self.before) - len(self.behind)

    def encode(self, text: str) -> Encoded:
        """Take a text apart, as far as there is room.

        Raises:
            InvalidValueError: the tokenizer fails on it.
        """
        try:
            encoding = self._tokenizer.encode(text)
        except _NOT_OF_THE_LIBRARY:
            raise
        except BaseException:  # noqa: BLE001 - as below; its message may hold the text
            raise InvalidValueError("text_not_taken_apart") from None
        own = _find_own(encoding)
        codes, spans = encoding.ids, encoding.offsets[own.start : own.stop]
        last = min(own.stop, own.start + self.room)
        codes = [*codes[:last], *codes[own.stop :]]
        return Encoded(codes, spans[: self.room], own.start, spans[self.room :])

    def knows(self, code: int) -> bool:
        """Whether it has a token of this code."""
        return 0 <= code < 2**32 and self._tokenizer.id_to_token(code) is not None

    def decode(self, codes: list[int]) -> str:
        """The text of tokens, as well as it can be told."""
        text: str = self._tokenizer.decode(codes)
        return text

    def _find_first(self, names: tuple[str, ...]) -> int | None:
        codes: list[int | None] = [self._tokenizer.token_to_id(name) for name in names]
        return next((code for code in codes if code is not None), None)


def _load(content: bytes, name: str) -> Any:  # noqa: ANN401 - the library has no types
    if len(content) > MOST_BYTES:
        raise InvalidModelError("tokenizer_too_large", file=name, megabytes=MOST_BYTES // 2**20)
    settings.keep_tokenizers_on_one_thread()  # before the import below
    try:
        from tokenizers import Tokenizer as Library  # noqa: PLC0415 - few models need it
    except ImportError as error:
        raise InvalidModelError("tokenizers_not_installed") from error
    try:
        tokenizer = Library.from_buffer(content)
    except _NOT_OF_THE_LIBRARY:
        raise
    except BaseException as error:  # a panic of the library is no Exception
        raise InvalidModelError("tokenizer_not_loadable", file=name) from error
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    return tokenizer


def _find_own(encoding: Any) -> range:  # noqa: ANN401 - as above
    """Which tokens are of the text; the others stand before and behind it."""
    special = encoding.special_tokens_mask
    begin = next((i for i, one in enumerate(special) if not one), len(special))
    stop = next((i for i in range(len(special), begin, -1) if not special[i - 1]), begin)
    return range(begin, stop)
