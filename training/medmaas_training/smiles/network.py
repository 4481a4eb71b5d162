"""The network that reads a SMILES character by character, along the molecule rather than the line.

In a SMILES the character before an atom is not always its neighbour: a branch may lie between, and
a ring bond joins two places that share a number. Both follow from the characters alone (OpenSMILES,
http://opensmiles.org), so the graph finds for each character the one it continues and the one it
closes a ring with. The same layer then runs along the line several times, each character hearing
from the one it continues, from those that continue it and from its ring partner.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import gelu

from medmaas_training.progress import track
from medmaas_training.smiles.molecules import Codes, encode
from medmaas_training.tabular.datasets import Floats

WIDTH, ROUNDS, HIDDEN = 64, 6, 96
READERS = 3
EPOCHS, BATCH, RATE = 40, 32, 2e-3
_BUCKET = 4  # batches whose lines are sorted by length, for speed
_DROPOUT = 0.1
_AT_ONCE = 64  # lines, for memory: a line takes length x length
_TYPICAL_LENGTH = 20.0

Lines = Sequence[Sequence[str]]
Curves = dict[str, list[float]]


class Grammar(nn.Module):
    """Codes [n, length] to who continues whom, and who shares a ring bond with whom.

    Two matrices [n, length, length] of 0 and 1 and a mask [n, length, 1] of what is neither
    padding nor a parenthesis. Row i of the first marks the last character before i that no branch
    closed in between separates from it.
    """

    opens: Tensor
    closes: Tensor
    numbers: Tensor
    brackets: Tensor

    def __init__(self, alphabet: Sequence[str]) -> None:
        super().__init__()
        for name, weights in {
            "opens": {"(": 1.0},
            "closes": {")": 1.0},
            "numbers": dict.fromkeys("0123456789", 1.0),
            "brackets": {"[": 1.0, "]": -1.0},
        }.items():
            by_code = [0.0, *(weights.get(character, 0.0) for character in alphabet)]
            self.register_buffer(name, torch.tensor(by_code))

    def forward(self, codes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Continuation, rings, mask."""
        opens, closes = self.opens[codes], self.closes[codes]
        place = torch.arange(codes.shape[1], dtype=torch.float32)
        before = place < place[:, None]  # [i, j]: j stands before i
        reads = (codes > 0) & (opens + closes == 0)

        depth = (opens - closes).cumsum(1)
        shallower = (depth[:, None, :] < depth[:, :, None]) & ~before
        last = torch.where(shallower, place, codes.shape[1]).amin(2)  # where j's branch ends
        seen = before & reads[:, None, :] & (last[:, None, :] >= place[:, None])
        previous = torch.where(seen, place, -1.0).amax(2)
        continues = (previous[:, :, None] == place) & reads[:, :, None]

        bonds = (self.numbers[codes] > 0) & (self.brackets[codes].cumsum(1) == 0)
        same = (codes[:, :, None] == codes[:, None, :]) & bonds[:, :, None]
        count = (same & (before | (place == place[:, None]))).sum(2)
        pair = torch.div(count + 1, 2, rounding_mode="floor")  # first with second, third with ...
        joined = same & (pair[:, :, None] == pair[:, None, :]) & (place != place[:, None])
        return continues.float(), joined.float(), reads[:, :, None].float()


class Round(nn.Module):
    """One step along the molecule: h + MLP(h, what it continues, what continues it, ring)."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.hear = nn.Linear(4 * WIDTH, 2 * WIDTH)
        self.change = nn.Parameter(torch.zeros(2 * WIDTH, WIDTH))  # at first, nothing
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, h: Tensor, continues: Tensor, joined: Tensor, mask: Tensor) -> Tensor:
        """From [n, length, WIDTH] to the same."""
        z = self.norm(h) * mask
        heard = torch.cat([z, continues @ z, continues.transpose(1, 2) @ z, joined @ z], dim=2)
        step: Tensor = self.dropout(gelu(self.hear(heard)) @ self.change) * mask
        return h + step


class Reader(nn.Module):
    """Codes [n, length] and their Grammar to the target [n, 1] and the descriptors [n, k].

    Both standardised.
    """

    def __init__(self, alphabet: Sequence[str], descriptors: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(alphabet) + 1, WIDTH, padding_idx=0)
        self.round = Round()
        self.norm = nn.LayerNorm(WIDTH)
        self.widen = nn.Linear(WIDTH, 4 * WIDTH)
        self.summary = nn.Sequential(
            nn.Dropout(_DROPOUT),
            nn.Linear(8 * WIDTH + 1, HIDDEN),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
        )
        self.value = nn.Linear(HIDDEN, 1)
        self.descriptors = nn.Linear(HIDDEN, descriptors)

    def forward(
        self, codes: Tensor, continues: Tensor, joined: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Sum and mean over what was read, then one hidden layer."""
        h = self.embedding(codes) * mask
        for _ in range(ROUNDS):
            h = self.round(h, continues, joined, mask)
        wide = gelu(self.widen(self.norm(h))) * mask
        size = mask.sum(1)
        total = wide.sum(1)
        pooled = torch.cat(
            [total / _TYPICAL_LENGTH, total / size.clamp(min=1), size / _TYPICAL_LENGTH], dim=1
        )
        summary = self.summary(pooled)
        return self.value(summary), self.descriptors(summary)


class Solubility(nn.Module):
    """Codes [n, length] to the mean answer of several readers, in the unit of the target, [n, 1].

    What fills the end of a line changes nothing.
    """

    def __init__(
        self, grammar: Grammar, readers: Sequence[Reader], mean: float, deviation: float
    ) -> None:
        super().__init__()
        self.grammar = grammar
        self.readers = nn.ModuleList(readers)
        self.mean, self.deviation = mean, deviation

    def forward(self, codes: Tensor) -> Tensor:
        """The mean over readers of deviation * standardised + mean."""
        grammar = self.grammar(codes)
        answers = [reader(codes, *grammar)[0] for reader in self.readers]
        value: Tensor = torch.stack(answers).mean(0) * self.deviation + self.mean
        return value


@dataclass(frozen=True)
class Fitted:
    """A network with what it reads, and its losses per epoch by name."""

    module: Solubility
    alphabet: tuple[str, ...]
    max_length: int
    losses: Curves

    def takes(self, line: str) -> bool:
        """Whether a line is short enough and has no character the network never read."""
        return 0 < len(line) <= self.max_length and set(line) <= set(self.alphabet)

    def answer_codes(self, codes: Codes) -> NDArray[np.float32]:
        """What the module gives for codes, [n, 1]."""
        with torch.no_grad():
            values: NDArray[np.float32] = self.module(torch.from_numpy(codes)).numpy()
        return values

    def predict(self, lines: Sequence[str]) -> Floats:
        """The value of each line, [n], a few lines at a time."""
        parts = [
            self.answer_codes(encode(lines[i : i + _AT_ONCE], self.alphabet, self.max_length))
            for i in range(0, len(lines), _AT_ONCE)
        ]
        values: Floats = np.concatenate(parts)[:, 0].astype(float)
        return values


def fit(
    lines: Lines,
    y: Floats,
    descriptors: Floats,
    *,
    alphabet: tuple[str, ...],
    max_length: int,
    seed: int,
    epochs: int = EPOCHS,
) -> Fitted:
    """Readers fitted to the target and to what RDKit says of the same molecules.

    Squared error of the standardised target plus that of the standardised descriptors, which teach
    the reader what the target alone has too few molecules for (Caruana 1997, Mach Learn 28:41).
    AdamW under a one-cycle rate (Smith & Topin 2019, arXiv:1708.07120) for a fixed number of
    epochs; every epoch reads another spelling of every molecule.

    Args:
        lines: spellings of each of n molecules.
        y: of the molecules, [n].
        descriptors: of the molecules, standardised, [n, k].
        alphabet: of all lines.
        max_length: of the graph's lines.
        seed: of weights, order and spellings.
        epochs: how often each molecule is read.
    """
    mean, deviation = float(y.mean()), float(y.std())
    lesson = _Lesson(
        lines,
        torch.from_numpy((y - mean) / deviation).float(),
        torch.from_numpy(descriptors).float(),
        Grammar(alphabet),
        alphabet,
    )
    readers: list[Reader] = []
    losses: Curves = {}
    for k in range(1, READERS + 1):
        reader, curves = _fit_reader(lesson, seed * READERS + k, epochs)
        readers.append(reader)
        losses |= {f"{name}, reader {k}": curve for name, curve in curves.items()}
    module = Solubility(lesson.grammar, readers, mean, deviation).eval()
    return Fitted(module, alphabet, max_length, losses)


@dataclass(frozen=True)
class _Lesson:
    lines: Lines
    targets: Tensor
    descriptors: Tensor
    grammar: Grammar
    alphabet: tuple[str, ...]


def _fit_reader(lesson: _Lesson, seed: int, epochs: int) -> tuple[Reader, Curves]:
    torch.manual_seed(seed)
    draw, n = np.random.default_rng(seed), len(lesson.lines)
    reader = Reader(lesson.alphabet, lesson.descriptors.shape[1])
    optimiser = torch.optim.AdamW(reader.parameters(), weight_decay=0.01)
    steps = epochs * -(-n // BATCH)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.1)
    curves: Curves = {"target": [], "descriptors": []}
    reader.train()
    for _ in track(range(epochs)):
        chosen = [spellings[int(draw.integers(len(spellings)))] for spellings in lesson.lines]
        sums = torch.zeros(2)
        for rows in _draw_batches(chosen, draw):
            losses = _measure_losses(reader, lesson, chosen, rows)
            optimiser.zero_grad()
            losses.sum().backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimiser.step()
            rate.step()
            sums += losses.detach() * len(rows)
        for curve, value in zip(curves.values(), (sums / n).tolist(), strict=True):
            curve.append(value)
    return reader.eval(), curves


def _measure_losses(
    reader: Reader, lesson: _Lesson, chosen: Sequence[str], rows: NDArray[np.intp]
) -> Tensor:
    """Mean squared error of the target and of the descriptors, [2]."""
    batch = [chosen[row] for row in rows]
    codes = torch.from_numpy(encode(batch, lesson.alphabet, max(map(len, batch))))
    target, descriptors = reader(codes, *lesson.grammar(codes))
    return torch.stack(
        [
            (target[:, 0] - lesson.targets[rows]).square().mean(),
            (descriptors - lesson.descriptors[rows]).square().mean(),
        ]
    )


def _draw_batches(lines: Sequence[str], draw: np.random.Generator) -> list[NDArray[np.intp]]:
    """Rows in random order, those of a few batches sorted by length so that little is padding."""
    lengths = np.array([len(line) for line in lines])
    order = draw.permutation(len(lines))
    batches = []
    for start in range(0, len(order), _BUCKET * BATCH):
        bucket = order[start : start + _BUCKET * BATCH]
        bucket = bucket[np.argsort(lengths[bucket], kind="stable")]
        batches += [bucket[i : i + BATCH] for i in range(0, len(bucket), BATCH)]
    return [batches[i] for i in draw.permutation(len(batches))]
