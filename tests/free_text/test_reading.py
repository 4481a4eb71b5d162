"""Free text becomes the tokens that its tokenizer makes of it; the library itself judges that."""

import json
import subprocess
import sys
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from medmaas.errors import InvalidModelError
from medmaas.model.inputs import Reading, make_input
from medmaas.model.inputs.tokens import TokenText
from medmaas.model.manifest import TextInput
from medmaas.words import ENGLISH
from tests.free_text.models import (
    FIELD,
    INPUT,
    LENGTH,
    NOTE,
    TOKENIZER,
    Json,
    make_byte_pairs,
    make_word_pieces,
)

FEVER = " ".join(["fever"] * 60)
LETTERS = [
    "fever",
    " ",
    "no ",
    "胸痛",
    "😀",
    "é",
    "e\u0301",
    "\r\n",
    "-",
    "zq",
    "[SEP]",
    "\u3000",
    ".",
]
TEXTS = st.lists(st.sampled_from(LETTERS) | st.text(max_size=8), max_size=60).map("".join)


def make(tokenizer: bytes | None = None, **tokens: Any) -> TokenText:
    spec = INPUT | {"tokens": INPUT["tokens"] | tokens}
    content = make_word_pieces() if tokenizer is None else tokenizer
    made = make_input(TextInput.model_validate(spec), {TOKENIZER: content})
    assert isinstance(made, TokenText)
    return made


def read(text: object, reader: TokenText | None = None) -> Reading:
    return (reader or make()).read([{FIELD: text}])


def say(reading: Reading) -> list[str]:
    return [ENGLISH.say(problem.fact) for problem in reading.problems]


def say_warnings(reading: Reading) -> list[str]:
    return [ENGLISH.say(warning.fact) for warning in reading.warnings[0]]


def load_judge(content: bytes, pad: str, pad_id: int) -> Tokenizer:
    """The library, told what Hugging Face's own classes tell it."""
    judge = Tokenizer.from_buffer(content)
    judge.encode_special_tokens = True
    judge.enable_truncation(LENGTH)
    judge.enable_padding(length=LENGTH, pad_id=pad_id, pad_token=pad)
    return judge


@given(TEXTS)
def test_tokens_and_mask_are_those_of_the_library(text: str) -> None:
    judges = (make_word_pieces(), "[PAD]", 0), (make_byte_pairs(), "<pad>", 1)
    for content, pad, pad_id in judges:
        reading = read(text, make(content))
        if reading.problems:
            continue
        judged = load_judge(content, pad, pad_id).encode(text)
        assert reading.tensors["input_ids"].tolist() == [judged.ids]
        assert reading.tensors["attention_mask"].tolist() == [judged.attention_mask]
        assert not reading.tensors["token_type_ids"].any()


@given(TEXTS)
def test_a_text_is_refused_for_a_reason_or_read_whole_or_told_to_be_cut(text: str) -> None:
    reader = make(longer="refused")
    reading, cut = read(text, reader), read(text)
    if not reading.problems:
        assert not any("only its first" in one for one in say_warnings(reading))
    elif not cut.problems:
        (sentence,) = say(reading)
        assert "shorten it to what stands before character" in sentence
        position = reading.problems[0].fact.limits["position"]
        assert read(text[: position - 1], reader).problems == []
        assert any("only its first 30 of" in one for one in say_warnings(cut))


def test_what_was_cut_off_is_told_by_its_place() -> None:
    (sentence,) = say_warnings(read(FEVER))
    assert sentence.startswith("only its first 30 of 60 tokens were read: what stands from char")
    limits = read(FEVER).warnings[0][0].fact.limits
    assert FEVER[limits["position"] - 1 :] == " ".join(["fever"] * 30)


@pytest.mark.parametrize("value", [None, "", " \r\n\t", 5, ["fever"], {"text": "fever"}])
def test_what_is_no_text_is_refused_by_its_limit(value: object) -> None:
    assert say(read(value)) == ["must be 1 to 20000 characters of text"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fever\ud83d since", "has at character 6 half of a character"),
        ("f\x00e\x00v\x00", "has at character 2 a control character"),
        ("fever\x1b[0m", "has at character 6 a control character"),
        ("fever \x92", "has at character 7 a control character"),
        ("\u200b\u200b", "holds nothing that the model's tokenizer reads"),
    ],
)
def test_what_no_text_holds_is_refused_by_its_place_and_not_repeated(
    text: str, sentence: str
) -> None:
    (said,) = say(read(text))
    assert said.startswith(sentence)
    assert "fever" not in said


def test_every_problem_of_every_instance_is_told_at_once() -> None:
    reading = make().read([{FIELD: ""}, {FIELD: "fever"}, {FIELD: "a\x00", "other": 1}, 7])
    found = [(one.instance, one.field, one.fact.code) for one in reading.problems]
    assert found == [
        (0, FIELD, "not_a_text"),
        (2, "other", "unknown_field"),
        (2, FIELD, "control_character"),
        (3, None, "not_an_object"),
    ]


class Panic(BaseException):
    """What the library's Rust raises where it fails, which is no Exception."""


def test_a_text_on_which_the_library_panics_is_refused_and_not_repeated() -> None:
    reader = make()

    class Failing:
        def encode(self, text: str) -> None:
            raise Panic(text)

    reader.tokenizer._tokenizer = Failing()  # noqa: SLF001
    reading = reader.read([{FIELD: "fever"}, {FIELD: ""}])
    assert say(reading)[0] == "cannot be taken apart by the model's tokenizer"
    assert len(reading.problems) == 2


@pytest.mark.parametrize("text", ["fever\nno cough", "fever\r\n\tno cough\f", "a\x0bb\x85c"])
def test_lines_and_tabs_are_of_a_text(text: str) -> None:
    assert read(text).problems == []


def test_characters_that_were_lost_are_told() -> None:
    lost, *_ = say_warnings(read("caf\ufffd fever"))
    assert lost.startswith("has at character 4, and perhaps later, the mark of a character")


def test_tokens_that_nobody_learned_are_told_and_held_where_the_manifest_says() -> None:
    text = "fever zq zq zq"
    reading = read(text)
    (warning,) = say_warnings(reading)
    assert warning.startswith("3 of its 4 tokens are none that the model's tokenizer knows")
    assert not any(reading.held)
    (held,) = read(text, make(most_unknown=0.5)).held
    assert held is not None
    assert ENGLISH.say(held).startswith("75% of the text's tokens are none that")
    assert not any(read(text, make(most_unknown=0.75)).held)
    assert say_warnings(read(text, make(make_byte_pairs()))) == []  # bytes know everything


@pytest.mark.parametrize("text", ["[SEP] fever", "[MASK]", "[PAD][PAD] fever", "fever [CLS]"])
def test_a_text_cannot_set_the_tokens_that_are_the_tokenizers(text: str) -> None:
    codes = read(text).tensors["input_ids"][0].tolist()
    assert [code for code in codes if code in {2, 3, 4}] == [2, 3]
    assert codes[codes.index(3) :] == [3] + [0] * (LENGTH - codes.index(3) - 1)


@pytest.mark.parametrize("text", ["x" * 10_000_000, "fever " * 2_000_000], ids=["x", "words"])
def test_a_text_beyond_the_limit_is_refused_before_it_is_taken_apart(text: str) -> None:
    reader = make()
    began = process_time()
    (said,) = say(read(text, reader))
    assert process_time() - began < 0.1
    assert said == "is longer than 20000 characters: character 20001 is beyond the limit"


BOMBS = {
    "one word": "x" * 20_000,
    "marks": "e" + "\u0301" * 19_999,
    "ligatures": "\ufdfa" * 20_000,
    "emoji": "👩‍👩‍👧‍👦" * 2_857,
    "blanks": "a" + " " * 19_998 + "b",
    "brackets": "[SEP" * 5_000,
}
_MEASURED = """
import resource
from tests.free_text.test_reading import BOMBS, make, make_byte_pairs, make_folding, read
from time import process_time
readers = [make(), make(make_byte_pairs()), make(make_folding())]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for bomb in BOMBS.values():
    for reader in readers:
        began = process_time()
        read(bomb, reader)
        print(process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def make_folding() -> bytes:
    """A tokenizer whose normaliser makes more of a text, eighteen characters of one at the most."""
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0, "[PAD]": 1, "a": 2}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer.to_str().encode()


def test_no_text_takes_more_than_a_second_or_100_megabytes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED], capture_output=True, text=True, check=True
    )
    measured = [[*map(float, line.split())] for line in done.stdout.splitlines()]
    assert len(measured) == 3 * len(BOMBS)
    assert max(seconds for seconds, _ in measured) < 1
    assert max(kilobytes for _, kilobytes in measured) < 100_000


# tensors


def send(codes: list[int], mask: list[int] | None = None, types: int = 0) -> Reading:
    rows = {
        "input_ids": np.array([codes]),
        "attention_mask": np.array([mask or [int(code != 0) for code in codes]]),
        "token_type_ids": np.full((1, len(codes)), types),
    }
    return make().read_tensors(rows)


def encode(text: str) -> list[int]:
    return [int(code) for code in Tokenizer.from_buffer(make_word_pieces()).encode(text).ids]


def test_tokens_are_taken_as_texts_are_filled_up_or_not() -> None:
    codes, wanted = encode(NOTE), read(NOTE)
    for sent in (codes, codes + [0] * 3, codes + [0] * (LENGTH - len(codes))):
        reading = send(sent)
        assert reading.problems == []
        for name, tensor in reading.tensors.items():
            assert tensor.tolist() == wanted.tensors[name].tolist()
    (restored,) = make().restore_instances(send(codes).tensors)
    again = make().read([restored])
    assert again.tensors["input_ids"].tolist() == wanted.tensors["input_ids"].tolist()


@pytest.mark.parametrize(
    ("codes", "mask", "types", "sentence"),
    [
        ([2, 9, 3], [1, 0, 1], 0, "needs a mask that is 1 for every token"),
        ([2, 9, 3], [1, 1, 2], 0, "needs a mask that is 1 for every token"),
        ([2, 9, 3], [0, 1, 1], 0, "needs a mask that is 1 for every token"),
        ([2, 9, 3, 9], [1, 1, 1, 0], 0, "must hold 0, the padding, where the mask is 0"),
        ([2, 9, 3], None, 1, "needs token types that are 0 throughout"),
        ([2, 9_999, 3], None, 0, "has at token 2 a code that the model's tokenizer does not have"),
        ([2, -1, 3], None, 0, "has at token 2 a code that"),
        ([2, 2**40, 3], None, 0, "has at token 2 a code that"),
        ([9, 9], None, 0, "must hold a text's tokens, with the codes 2 before and 3 behind them"),
        ([2, 9], None, 0, "must hold a text's tokens"),
        ([2, 3], None, 0, "must hold a text's tokens"),
        ([0, 0], None, 0, "must hold a text's tokens"),
        ([2, *[9] * 31, 3], None, 0, "must hold at most 32 tokens a row"),
    ],
)
def test_tokens_that_are_none_of_a_text_are_refused(
    codes: list[int], mask: list[int] | None, types: int, sentence: str
) -> None:
    (said,) = say(send(codes, mask, types))
    assert said.startswith(sentence)


# the tokenizer's file


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "tokenizer.json is no tokenizer that the library tokenizers reads"),
        (b"\xff\xfe", "tokenizer.json is no tokenizer"),
        (b"{}", "tokenizer.json is no tokenizer"),
        (b'{"model": {"type": "WordPiece"}}', "tokenizer.json is no tokenizer"),
        (make_word_pieces()[:-40], "tokenizer.json is no tokenizer"),
        (b" " * (48 * 2**20 + 1), "tokenizer.json is larger than 48 MB"),
    ],
    ids=["empty", "bytes", "object", "no words", "truncated", "large"],
)
def test_a_file_that_is_no_tokenizer_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(InvalidModelError) as refused:
        make(content)
    assert ENGLISH.say(refused.value.fact).startswith(sentence)


def test_a_tokenizer_needs_a_token_that_fills_up() -> None:
    bare = Tokenizer(models.WordLevel({"a": 0, "<unk>": 1}, unk_token="<unk>"))  # noqa: S106
    content = bare.to_str().encode()
    with pytest.raises(InvalidModelError) as refused:
        make(content)
    assert "input.tokens.padding" in ENGLISH.say(refused.value.fact)
    with pytest.raises(InvalidModelError):
        make(content, padding=7)
    assert make(content, padding=1).tokenizer.padding == 1
    bare.enable_padding(pad_id=0, pad_token="a")  # noqa: S106
    bare.enable_truncation(2)  # what a file says of both, the manifest says instead
    reader = make(bare.to_str().encode())
    assert reader.tokenizer.padding == 0
    assert read("a", reader).tensors["input_ids"].shape == (1, LENGTH)


def test_a_graph_needs_room_beside_what_the_tokenizer_sets() -> None:
    spec = TextInput.model_validate(INPUT | {"max_length": 2})
    with pytest.raises(InvalidModelError) as refused:
        make_input(spec, {TOKENIZER: make_word_pieces()})
    assert refused.value.fact.code == "tokenizer_without_room"


def test_without_the_library_the_reason_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(InvalidModelError) as refused:
        make()
    sentence = ENGLISH.say(refused.value.fact)
    assert "medmaas[kinds]" in sentence
    assert "KindsLayer" in sentence


# the contract


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"alphabet": ["a"]}, "must be left out where tokens are"),
        ({"syntax": "SMILES"}, "must be left out where tokens are"),
        ({"tokens": None}, "alphabet must hold each character once"),
        ({"tensor": "attention_mask"}, "must differ"),
    ],
)
def test_a_text_has_one_form(change: Json, rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        TextInput.model_validate(INPUT | change)


@pytest.mark.parametrize("file", ["../tokenizer.json", "a/b.json", "", ".hidden", "/etc/passwd"])
def test_a_tokenizer_is_a_plain_file_of_the_folder(file: str) -> None:
    with pytest.raises(ValidationError, match="pattern"):
        TextInput.model_validate(INPUT | {"tokens": {"file": file}})


def test_the_schema_of_an_instance_holds_the_limit() -> None:
    schema = make(most_characters=500).json_schema()
    assert schema["properties"][FIELD]["maxLength"] == 500
    assert json.dumps(schema)
