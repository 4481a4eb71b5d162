"""Modules that give more than the draft states, or by name, and that take several tensors."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from medmaas_training.catalogue.conversion import open_trained
from medmaas_training.catalogue.draft import INPUT_PART, OUTPUT_PART
from medmaas_training.errors import TrainingError
from medmaas_training.export import compare
from tests.exporting import CLASSES, NUMBERS, Json, prove

X = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
torch.manual_seed(0)
NETWORK = torch.nn.Sequential(torch.nn.Linear(4, 2), torch.nn.Softmax(dim=1))


class Given(NamedTuple):
    hidden: torch.Tensor
    p: torch.Tensor


class Module(torch.nn.Module):
    def __init__(self, form: str) -> None:
        super().__init__()
        self.network, self.form = NETWORK, form

    def forward(self, x: torch.Tensor) -> Any:
        hidden, p = x * 2, self.network(x)
        forms = {
            "one output more": (p, hidden),
            "a list": [p, hidden],
            "a dictionary": {"loss": None, "hidden": hidden, "p": p},
            "a named tuple": Given(hidden, p),
            "another name": {"logits": p},
        }
        return forms[self.form]


@pytest.mark.parametrize("form", ["one output more", "a list", "a dictionary", "a named tuple"])
def test_what_a_module_gives_beside_is_passed_by(form: str) -> None:
    spec = INPUT_PART.validate_python({"kind": "tabular", "tensor": "x", "features": NUMBERS})
    trained = open_trained(Module(form), X, spec, OUTPUT_PART.validate_python(CLASSES))
    with torch.no_grad():
        expected = NETWORK(torch.from_numpy(X)).numpy()
    np.testing.assert_allclose(trained.answer(X)["p"], expected, atol=1e-6)


@pytest.mark.parametrize("form", ["one output more", "a dictionary"])
def test_a_graph_gives_what_is_stated_alone(form: str) -> None:
    prove(Module(form), X, NUMBERS, CLASSES)


def test_a_module_that_lacks_an_output_says_what_it_gives() -> None:
    with pytest.raises(TrainingError, match=r"the module gives logits, and the output .* is p"):
        prove(Module("another name"), X, NUMBERS, CLASSES)


def run(module: torch.nn.Module, told: Json, rows: dict[str, Any]) -> Any:
    spec, output = INPUT_PART.validate_python(told), OUTPUT_PART.validate_python(CLASSES)
    trained = open_trained(module, rows, spec, output)
    graph = trained.convert().SerializeToString()
    compare(graph, trained.answer, trained.rows, ["p"], spec.tensors)
    return trained


class Letters(torch.nn.Module):
    """As transformers take text: the mask by its name, in whatever place."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.last = torch.nn.Embedding(50, 8), torch.nn.Linear(8, 2)

    def forward(
        self,
        input_ids: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
    ) -> dict[str, Any]:
        assert token_type_ids is None
        assert attention_mask is not None
        mask = attention_mask.unsqueeze(2).float()
        mean = (self.words(input_ids) * mask).sum(1) / mask.sum(1)
        return {"loss": None, "p": torch.softmax(self.last(mean), 1)}


def test_text_with_a_mask_is_given_by_the_names_of_the_module() -> None:
    tokens = {"file": "tokenizer.json", "mask_tensor": "attention_mask", "longer": "first"}
    told = {"kind": "text", "tensor": "input_ids", "field": "t", "description": "A letter."}
    ids = np.random.default_rng(0).integers(1, 50, (9, 6))
    mask = np.ones((9, 6))
    mask[::2, 3:] = 0
    rows = {"input_ids": ids, "attention_mask": mask}
    trained = run(Letters(), told | {"max_length": 6, "tokens": tokens}, rows)
    unmasked = trained.answer(trained.rows)["p"][1::2]
    assert not np.allclose(unmasked, 0.5, atol=0.01), "it answers something"


class Pair(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = torch.nn.Linear(4, 2), torch.nn.Linear(4, 2)

    def forward(self, second: torch.Tensor, first: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.a(first) - 2 * self.b(second), 1)


def test_parts_go_by_the_names_of_the_module_where_it_has_them() -> None:
    part = {"kind": "tabular", "features": NUMBERS}
    parts = [{"name": name, "input": part | {"tensor": name}} for name in ("first", "second")]
    pair = Pair()
    trained = run(pair, {"kind": "parts", "parts": parts}, {"first": X, "second": X[::-1]})
    with torch.no_grad():
        expected = pair(torch.from_numpy(X[::-1].copy()), torch.from_numpy(X)).numpy()
    np.testing.assert_allclose(trained.answer(trained.rows)["p"], expected, atol=1e-6)
    with pytest.raises(TrainingError, match=r"must take 2 tensors, in the order .*: first, second"):
        run(NETWORK, {"kind": "parts", "parts": parts}, {"first": X, "second": X})


def test_a_module_that_does_not_run_or_cannot_be_exported_says_why() -> None:
    class Branches(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.softmax(x[:, :2] if x.sum() > 0 else x[:, 1:3], 1)

    with pytest.raises(TrainingError, match=r"for any number of rows, because .*data-dependent"):
        prove(Branches(), X, NUMBERS, CLASSES)
    with pytest.raises(TrainingError, match=r"does not run on its own rows .*: it is given x"):
        prove(torch.nn.Linear(3, 2), X, NUMBERS, CLASSES)
