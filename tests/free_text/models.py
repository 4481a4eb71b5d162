"""Small transformers that read free text, in folders as the registry takes them.

All sentences are invented by code. One network is quickly fitted to them, and knows nothing of
medicine; the other has random weights.
"""

import json
import logging
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from medmaas.model.inputs import make_input
from medmaas.model.manifest import Manifest, TextInput
from medmaas.model.publication import publish
from medmaas.model.session import Session
from medmaas_training.catalogue.folder import describe_artefact
from tests.conftest import folder_of

Json = dict[str, Any]
LENGTH, VOCABULARY = 32, 600
LABELS = ("routine", "urgent")
FIELD = "letter"
NOTE = "72-year-old man, severe chest pain since the morning. No fever, no cough."
TOKENIZER = "tokenizer.json"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
INPUT: Json = {
    "kind": "text",
    "tensor": "input_ids",
    "field": FIELD,
    "description": "The letter of a referral.",
    "max_length": LENGTH,
    "tokens": {
        "file": TOKENIZER,
        "mask_tensor": "attention_mask",
        "type_tensor": "token_type_ids",
        "longer": "first",
    },
}
_WHO = ["72-year-old man", "woman of 50", "a child of 6", "患者男性 72 岁", "old patient"]
_SIGNS = [
    "fever",
    "cough",
    "back pain",
    "mild headache",
    "a rash",
    "发热",
    "咳嗽",
    "café-au-lait spot",
]
_URGENT = ["severe chest pain", "chest pain", "胸痛", "coughs blood"]
_SINCE = ["since the morning", "since yesterday", "for a week", "自今晨起", ""]


def invent(count: int, seed: int = 0) -> tuple[list[str], list[int]]:
    """Letters, and whether each tells of something urgent."""
    random = np.random.default_rng(seed)
    letters, labels = [], []
    for _ in range(count):
        urgent = int(random.random() < 0.5)
        sign = random.choice(_URGENT if urgent else _SIGNS)
        parts = [random.choice(_WHO), f"{sign} {random.choice(_SINCE)}".strip()]
        letters.append(
            f"{', '.join(parts)}. No {random.choice(_SIGNS)}, no {random.choice(_SIGNS)}."
        )
        labels.append(urgent)
    return letters, labels


@cache
def make_word_pieces() -> bytes:
    """A tokenizer as BERT has one, with a token that masks."""
    tokenizer = Tokenizer(models.WordPiece(unk_token=SPECIAL[1]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL, show_progress=False
    )
    tokenizer.train_from_iterator(invent(500)[0], trainer)
    # the same words in every run come in another order
    words = [*SPECIAL, *sorted(tokenizer.get_vocab().keys() - {*SPECIAL})]
    assert len(words) < VOCABULARY, "no word was left out by chance"
    codes = {word: code for code, word in enumerate(words)}
    tokenizer.model = models.WordPiece(codes, unk_token=SPECIAL[1])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer.to_str().encode()


@cache
def make_byte_pairs(*, frames: bool = True) -> bytes:
    """A tokenizer of bytes as RoBERTa has one, without a token that masks, nor one for unknowns."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=["<s>", "<pad>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(invent(500)[0], trainer)
    if frames:
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer.to_str().encode()


class Reader(torch.nn.Module):
    """One layer of attention, the mean of what it gives, and a softmax over two labels."""

    def __init__(self, vocabulary: int, *, types: bool = True, width: int = 32) -> None:
        super().__init__()
        self.tokens = torch.nn.Embedding(vocabulary, width)
        self.places = torch.nn.Embedding(LENGTH, width)
        self.types = torch.nn.Embedding(2, width) if types else None
        self.query, self.key, self.value = (torch.nn.Linear(width, width) for _ in range(3))
        self.last = torch.nn.Sequential(
            torch.nn.Linear(width, width), torch.nn.ReLU(), torch.nn.Linear(width, len(LABELS))
        )

    def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
        """Probabilities [n, 2] of tokens, mask and perhaps types, [n, length] each."""
        codes, mask = tensors[:2]
        x = self.tokens(codes) + self.places(torch.arange(codes.shape[1]))[None]
        if self.types is not None:
            x = x + self.types(tensors[2])
        weights = self.query(x) @ self.key(x).transpose(1, 2) / x.shape[-1] ** 0.5
        weights = weights.masked_fill(mask[:, None] == 0, -1e9)
        x = x + weights.softmax(-1) @ self.value(x)
        shown = mask[..., None].to(x.dtype)
        mean = (x * shown).sum(1) / shown.sum(1)
        probabilities: torch.Tensor = self.last(mean).softmax(-1)
        return probabilities


def export(module: torch.nn.Module, names: list[str], *, any_length: bool = False) -> bytes:
    """A reader as a graph of any number of rows, and of any length if wanted."""
    rows, length = torch.export.Dim("n"), torch.export.Dim("length", min=2, max=LENGTH)
    sizes = {0: rows, 1: length} if any_length else {0: rows}
    example = tuple(
        torch.ones((2, LENGTH if not any_length else 7), dtype=torch.int64) for _ in names
    )
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module.eval(),
            example,
            input_names=names,
            output_names=["probabilities"],
            dynamic_shapes=((sizes,) * len(names),),
            opset_version=20,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    graph = program.model_proto
    del graph.metadata_props[:]
    return bytes(graph.SerializeToString())


@cache
def make_fitted() -> bytes:
    """A reader of word pieces, quickly fitted: it finds chest pain and knows no negation."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    letters, labels = invent(400)
    reader = make_input(TextInput.model_validate(INPUT), {TOKENIZER: make_word_pieces()})
    tensors = reader.read([{FIELD: letter} for letter in letters]).tensors
    fed = [torch.from_numpy(np.asarray(tensors[name])) for name in list_tensors(INPUT)]
    module, truth = Reader(VOCABULARY), torch.tensor(labels)
    optimiser = torch.optim.Adam(module.parameters(), 5e-3)
    for _ in range(60):
        optimiser.zero_grad()
        # a word that is left out in explanations is masked, so that masks are learned as well
        hidden = (torch.rand(fed[0].shape) < 0.15) & (fed[0] > 4)
        given = module(fed[0].masked_fill(hidden, 4), *fed[1:])
        torch.nn.functional.nll_loss(given.clamp_min(1e-6).log(), truth).backward()
        optimiser.step()
    return export(module, list_tensors(INPUT))


@cache
def make_random(*, types: bool = False, any_length: bool = True) -> bytes:
    """A reader of byte pairs that learned nothing."""
    torch.manual_seed(1)
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if types else [])]
    return export(Reader(500, types=types), names, any_length=any_length)


def list_tensors(spec: Json) -> list[str]:
    """What a graph of this input calls its tensors."""
    tokens = spec["tokens"]
    also = [tokens.get("mask_tensor"), tokens.get("type_tensor")]
    return [spec["tensor"], *filter(None, also)]


def state(graph: bytes, spec: Json, tokenizer: bytes, name: str = "letters") -> Manifest:
    """The manifest of such a model."""
    shown: Json = {FIELD: NOTE}
    inputs = make_input(TextInput.model_validate(spec), {TOKENIZER: tokenizer})
    session = Session(graph)
    outputs = session.run(inputs.read([shown]).tensors)
    base = json.loads((folder_of("blood_cell") / "manifest.json").read_text())
    manifest = base | {
        "contract": 1,
        "id": name,
        "version": "1.0.0",
        "title": "How urgent a referral is (a toy)",
        "artefact": describe_artefact(graph, session).model_dump(),
        "input": spec,
        "output": {"kind": "classes", "tensor": "probabilities", "labels": LABELS},
        "golden": {
            "tolerance": 1e-4,
            "cases": [
                {
                    "instance": shown,
                    "outputs": {"probabilities": outputs["probabilities"].ravel().tolist()},
                }
            ],
        },
        "examples": [{"title": "Invented, of nobody", "instance": shown}],
        "explanation": None,
        "uncertainty": None,
        "translations": {"zh": {"The letter of a referral.": "转诊信。", "urgent": "紧急"}},
    }
    manifest["card"] |= {"calibration": [], "coverage": []}
    for absent in ("digest", "files", "parity"):
        manifest.pop(absent, None)
    return Manifest.model_validate(manifest)


def write_fitted(folder: Path, name: str = "letters", **tokens: Any) -> Path:
    """The fitted reader, with other words in its manifest if wanted."""
    spec = INPUT | {"tokens": INPUT["tokens"] | tokens}
    manifest = state(make_fitted(), spec, make_word_pieces(), name)
    more = {TOKENIZER: make_word_pieces()}
    return publish(folder, manifest, make_fitted(), "# A toy\n", more=more)


def write_random(folder: Path, name: str = "bytes") -> Path:
    """The reader of bytes with random weights, whose graph takes any length."""
    tokens = {"file": TOKENIZER, "mask_tensor": "attention_mask"}
    spec = INPUT | {"tokens": tokens}
    graph = make_random()
    manifest = state(graph, spec, make_byte_pairs(), name)
    more = {TOKENIZER: make_byte_pairs()}
    return publish(folder, manifest, graph, "# Random weights\n", more=more)


def read_inputs(graph: bytes) -> list[str]:
    """What a graph takes, by name."""
    return [one.name for one in onnx.load_from_string(graph).graph.input]
