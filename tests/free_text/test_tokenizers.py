"""Tokenizers of every family: words keep their places, whatever a tokenizer makes of the text."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from medmaas.model.explanation.words import find_words
from medmaas.model.inputs.tokenizer import Tokenizer as Ours
from tests.free_text.models import NOTE, invent, make_byte_pairs, make_word_pieces

LETTERS, _ = invent(300)
TEXTS = [
    NOTE,
    "患者男性 72 岁，胸痛\r\n自今晨起 😀 cafe\u0301.",
    "  fever\n\n no\tcough ",
    "é ﬁ ½ Å 👩‍👩‍👧 end",
    "ﷺ a",
]


def make_unigram() -> bytes:
    """As XLM-RoBERTa and many of Chinese have one."""
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer, made.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    made.train_from_iterator(
        LETTERS,
        trainers.UnigramTrainer(
            vocab_size=300, special_tokens=special, unk_token=special[3], show_progress=False
        ),
    )
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return made.to_str().encode()


def make_fallback() -> bytes:
    """As Llama has one: no splitting, bytes in place of what is unknown, nothing behind a text."""
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    made = Tokenizer(models.BPE(byte_fallback=True, unk_token=special[0], fuse_unk=True))
    made.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    made.train_from_iterator(
        LETTERS, trainers.BpeTrainer(vocab_size=400, special_tokens=special, show_progress=False)
    )
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    made.enable_padding(pad_id=2, pad_token=special[2])
    return made.to_str().encode()


def make_whole_words() -> bytes:
    """Whole words without accents, each digit alone, nothing around a text."""
    made = Tokenizer(models.WordLevel(unk_token="[UNK]"))  # noqa: S106
    made.normalizer = normalizers.Sequence(
        [normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()]
    )
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)]
    )
    special = ["[PAD]", "[UNK]"]
    made.train_from_iterator(
        LETTERS, trainers.WordLevelTrainer(special_tokens=special, show_progress=False)
    )
    return made.to_str().encode()


FAMILIES: dict[str, Callable[[], bytes]] = {
    "word pieces": make_word_pieces,
    "byte pairs": make_byte_pairs,
    "unigram": make_unigram,
    "byte fallback": make_fallback,
    "whole words": make_whole_words,
}
OURS = {name: Ours(make(), "tokenizer.json", 4096, None) for name, make in FAMILIES.items()}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("text", TEXTS)
def test_words_hold_every_character_once(family: str, text: str) -> None:
    words = find_words(text, OURS[family].encode(text))
    shown = "".join(text[start:end] for _, (start, end) in words)
    assert "".join(shown.split()) == "".join(text.split())
    blanks = [text[start:end] for _, (start, end) in words if text[start:end].split()[1:]]
    assert not blanks or family == "byte fallback", "whose tokens may reach over a blank"


@pytest.mark.parametrize("family", FAMILIES)
@given(text=st.text(max_size=60))
def test_every_token_is_of_one_word_and_words_do_not_overlap(family: str, text: str) -> None:
    encoded = OURS[family].encode(text)
    words = find_words(text, encoded)
    places = [place for some, _ in words for place in some]
    assert places == [*range(encoded.begin, encoded.begin + len(encoded.spans))]
    ends = [end for _, span in words for end in span]
    assert ends == sorted(ends)
    assert not ends or (ends[0] >= 0 and ends[-1] <= len(text))


@pytest.mark.parametrize(
    ("family", "padding", "unknown", "mask", "around"),
    [
        ("word pieces", 0, 1, 4, ([2], [3])),
        ("byte pairs", 1, None, None, ([0], [2])),
        ("unigram", 1, 3, 4, ([0], [2])),
        ("byte fallback", 2, 0, None, ([1], [])),
        ("whole words", 0, 1, None, ([], [])),
    ],
)
def test_the_tokens_that_matter_are_found(
    family: str,
    padding: int,
    unknown: int | None,
    mask: int | None,
    around: tuple[list[int], list[int]],
) -> None:
    ours = OURS[family]
    assert (ours.padding, ours.unknown, ours.mask) == (padding, unknown, mask)
    assert (ours.before, ours.behind) == around
