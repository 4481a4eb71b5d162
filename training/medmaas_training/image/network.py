"""A compact residual network for small pictures, and how it is fitted.

Residual blocks (He et al. 2016, doi 10.1109/CVPR.2016.90) with average-pooled shortcuts (He et al.
2019, doi 10.1109/CVPR.2019.00065), AdamW in one cycle (Smith & Topin 2019, doi 10.1117/12.2520589),
smoothed labels, and weights averaged over the last few hundred steps (Polyak & Juditsky 1992,
doi 10.1137/0330046). One temperature calibrates it (Guo et al. 2017, PMLR 70:1321).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from math import floor, log2, pi
from typing import Self, cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Tensor, nn
from torch.nn.functional import affine_grid, cross_entropy, grid_sample
from torch.optim.swa_utils import AveragedModel

from medmaas_training.image.data import Images, Part
from medmaas_training.progress import track

Floats = NDArray[np.float64]

_SMALLEST = 28  # pixels an edge that the first residual block is meant for
_SAMPLE = 10_000  # pictures that mean and deviation are of, at least
_BATCH = 128
_PART = 64  # pictures of a batch that one processor learns from
_FEWEST_BATCHES = 10
_RATE = 0.01
_DECAY = 0.05
_SMOOTHING = 0.1
_MEMORY = 0.995  # of the averaged weights, per step
_TURN = pi / 18  # where a picture has a right way up
_ALL_SHARP = 0.8  # of the training
_SHIFT = 1 / 14
_ZOOM = 0.1
_TINT = 0.05


@dataclass
class Curves:
    """One value per epoch: loss of the augmented train part; loss and accuracy of the val part."""

    train_loss: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)


class _Block(nn.Module):
    """[n, channels, h, w] to [n, wider, h / stride, w / stride]."""

    def __init__(self, channels: int, wider: int, stride: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, wider, 3, stride, 1, bias=False),
            nn.BatchNorm2d(wider),
            nn.ReLU(),
            nn.Conv2d(wider, wider, 3, 1, 1, bias=False),
            nn.BatchNorm2d(wider),
        )
        self.shortcut = nn.Sequential()
        if stride > 1 or wider > channels:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(stride, ceil_mode=True),
                nn.Conv2d(channels, wider, 1, bias=False),
                nn.BatchNorm2d(wider),
            )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = torch.relu(self.body(x) + self.shortcut(x))
        return y


class ImageNetwork(nn.Module):
    """Pictures uint8 [n, side, side, channels] to probabilities [n, classes].

    Mean and deviation of the train part, the average over mirrored pictures where there is no right
    way up, and the temperature are inside. Pictures of 56 pixels and more are halved on the way in.
    """

    mean: Tensor
    deviation: Tensor
    temperature: Tensor

    def __init__(self, images: Tensor, classes: int, *, any_way_up: bool) -> None:
        super().__init__()
        self.any_way_up = any_way_up
        side, channels = images.shape[2:]
        sample = images[:: max(1, len(images) // _SAMPLE)]
        pixels = sample.reshape(-1, channels).float() / 255
        self.register_buffer("mean", pixels.mean(0))
        self.register_buffer("deviation", pixels.std(0).clamp(min=1 / 255))
        self.register_buffer("temperature", torch.ones(()))
        halvings = max(0, floor(log2(side / _SMALLEST)))
        widths = [channels] + [32] * max(1, halvings)
        stem = [
            nn.Sequential(
                nn.Conv2d(width, 32, 3, 2 if halvings else 1, 1, bias=False),
                nn.BatchNorm2d(32),
                nn.ReLU(),
            )
            for width in widths[:-1]
        ]
        self.body = nn.Sequential(
            *stem, _Block(32, 32), _Block(32, 32), _Block(32, 64, 2), _Block(64, 64),
            _Block(64, 128, 2),
        )  # fmt: skip
        self.head = nn.Linear(128, classes)

    def prepare(self, images: Tensor) -> Tensor:
        """Standardised pixels, float32 [n, channels, side, side]."""
        x = (images.float() / 255 - self.mean) / self.deviation
        return x.permute(0, 3, 1, 2)

    def logits(self, x: Tensor) -> Tensor:
        """Of prepared pictures, [n, classes]."""
        logits: Tensor = self.head(self.body(x).mean((2, 3)))
        return logits

    def score(self, images: Tensor) -> Tensor:
        """Logits at temperature 1, averaged over the mirrored pictures, [n, classes]."""
        x = self.prepare(images)
        if not self.any_way_up:
            return self.logits(x)
        views = torch.cat([x, x.flip(2), x.flip(3), x.flip(2, 3)])
        averaged: Tensor = self.logits(views).unflatten(0, (4, -1)).mean(0)
        return averaged

    def forward(self, images: Tensor) -> Tensor:
        """Probabilities, [n, classes]."""
        return torch.softmax(self.score(images) / self.temperature, dim=1)


def fit(
    train: Part,
    val: Part,
    *,
    classes: int,
    any_way_up: bool,
    epochs: int,
    seed: int,
    parts: int = 2,
) -> tuple[ImageNetwork, Curves]:
    """Learn from the train part; the val part is only watched.

    Args:
        train: what is learned from.
        val: what the learning curves are of.
        classes: how many there are.
        any_way_up: whether pictures are turned by any angle and mirrored, rather than by up to 10
            degrees; all are shifted by up to a fourteenth, change size by a tenth and colour by a
            twentieth.
        epochs: how often every picture is seen.
        seed: of weights, order and augmentation.
        parts: at most so many of a batch are learned from apart, of 64 pictures or more each.
    """
    torch.manual_seed(seed)
    images, labels = torch.from_numpy(train.images), torch.from_numpy(train.labels)
    network = ImageNetwork(images, classes, any_way_up=any_way_up)
    average = AveragedModel(network, avg_fn=_average, use_buffers=True)
    averaged = cast("ImageNetwork", average.module)
    size = max(2, min(_BATCH, len(labels) // _FEWEST_BATCHES))
    batches = len(labels) // size
    weights = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim < 2]
    optimiser = torch.optim.AdamW(
        [{"params": weights, "weight_decay": _DECAY}, {"params": others, "weight_decay": 0}],
        lr=_RATE,
    )
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, _RATE, total_steps=epochs * batches, pct_start=0.2
    )
    curves, losses = Curves(), list[float]()
    with Learners(network, max(1, min(parts, size // _PART))) as learners:
        for step in track(range(epochs * batches)):
            if step % batches == 0:
                order = torch.randperm(len(labels))
            rows = order[step % batches * size :][:size]
            sharp = min(1.0, step / (_ALL_SHARP * epochs * batches))
            x = augment(network.prepare(images[rows]), any_way_up=any_way_up, sharp=sharp)
            losses.append(learners.differentiate(x, labels[rows]))
            optimiser.step()
            cycle.step()
            average.update_parameters(network)
            if step % batches == batches - 1:
                _watch(averaged, val, losses[-batches:], curves)
    return averaged.eval(), curves


class Learners:
    """Networks of the same weights, each of which learns from its part of every batch.

    Processors that share one part wait for each other after every layer, and the longer the more
    else they have to do; those with a part each wait once a batch. A part is standardised by its
    own mean and deviation (Hoffer et al. 2017, arXiv:1705.08741), whatever the processors, so that
    one and two learn the same.
    """

    def __init__(self, network: ImageNetwork, parts: int) -> None:
        self._weights = list(network.parameters())
        shared = {id(weight): weight for weight in self._weights}
        others = [deepcopy(network, dict[int, object](shared)) for _ in range(1, parts)]
        self._networks = [network.train(), *(other.train() for other in others)]
        each = max(1, torch.get_num_threads() // parts)
        self._pool = ThreadPoolExecutor(parts, "learner", torch.set_num_threads, (each,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def differentiate(self, x: Tensor, labels: Tensor) -> float:
        """The loss of a batch [n, channels, side, side]; its gradients are left at the weights."""
        parts = len(self._networks)
        found = self._pool.map(self._learn, self._networks, x.chunk(parts), labels.chunk(parts))
        losses, gradients = zip(*found, strict=True)
        for weight, *of_parts in zip(self._weights, *gradients, strict=True):
            weight.grad = torch.stack(of_parts).mean(0)
        return float(np.mean(losses))

    def _learn(
        self, network: ImageNetwork, x: Tensor, labels: Tensor
    ) -> tuple[float, Sequence[Tensor]]:
        loss = cross_entropy(network.logits(x), labels, label_smoothing=_SMOOTHING)
        return loss.item(), torch.autograd.grad(loss, self._weights)


def augment(x: Tensor, *, any_way_up: bool, sharp: float) -> Tensor:
    """Prepared pictures [n, channels, side, side], each turned, moved, resized and tinted.

    Resampling blurs. The share `sharp` is moved by whole pixels and turned by quarters alone, and
    so is as sharp as pictures are when the network answers (Touvron et al. 2019,
    arXiv:1906.06423, of another such difference).
    """
    n, channels, side = x.shape[:3]
    whole = torch.rand(n) < sharp
    angle = _draw(n) * (pi if any_way_up else _TURN)
    angle = torch.where(whole, (angle / (pi / 2)).round() * (pi / 2), angle)
    mirror = torch.randint(0, 2, (n,)) * 2 - 1 if any_way_up else torch.ones(n)
    zoom = torch.where(whole, 1, 1 + _draw(n) * _ZOOM)
    shift = _draw(2, n) * _SHIFT * side
    across, down = torch.where(whole, shift.round(), shift) * 2 / side
    rows = [
        torch.stack([angle.cos() * zoom * mirror, -angle.sin() * zoom, across], dim=1),
        torch.stack([angle.sin() * zoom * mirror, angle.cos() * zoom, down], dim=1),
    ]
    grid = affine_grid(torch.stack(rows, dim=1), list(x.shape), align_corners=False)
    moved = grid_sample(x, grid, "bicubic", padding_mode="reflection", align_corners=False)
    gain, offset = 1 + _draw(n, channels, 1, 1) * _TINT, _draw(n, channels, 1, 1) * 2 * _TINT
    return (moved * gain + offset).contiguous(memory_format=torch.channels_last)


def calibrate(network: ImageNetwork, part: Part) -> float:
    """Set the temperature, 0.2 to 5, that gives the smallest log loss; it changes no answer.

    One case's worth of all n is taken to be of any class, so that a part without a mistake does not
    make the network certain.
    """
    scores, labels = _score(network, part.images), torch.from_numpy(part.labels)
    found = minimize_scalar(
        lambda t: cross_entropy(scores / np.exp(t), labels, label_smoothing=1 / len(labels)).item(),
        bounds=(np.log(0.2), np.log(5)),
        method="bounded",
    )
    network.temperature.fill_(float(np.exp(found.x)))
    return network.temperature.item()


def predict(network: ImageNetwork, images: Images) -> NDArray[np.float32]:
    """Probabilities of pictures [n, side, side, channels], [n, classes]."""
    scores = _score(network, images)
    probabilities: NDArray[np.float32] = torch.softmax(scores / network.temperature, 1).numpy()
    return probabilities


def _score(network: ImageNetwork, images: Images) -> Tensor:
    with torch.no_grad():
        batches = torch.from_numpy(images).split(_BATCH)
        return torch.cat([network.score(batch) for batch in batches])


def _watch(network: ImageNetwork, val: Part, losses: list[float], curves: Curves) -> None:
    """One more point on the curves; of the pictures as they are, which is quicker."""
    network.eval()
    with torch.no_grad():
        batches = torch.from_numpy(val.images).split(_BATCH)
        logits = torch.cat([network.logits(network.prepare(batch)) for batch in batches])
    labels = torch.from_numpy(val.labels)
    curves.train_loss.append(float(np.mean(losses)))
    curves.val_loss.append(cross_entropy(logits, labels).item())
    curves.val_accuracy.append((logits.argmax(1) == labels).float().mean().item())


def _average(old: Tensor, new: Tensor, steps: Tensor | int) -> Tensor:
    """Exponential, with a short memory at first so that the initial weights are forgotten."""
    memory = min(_MEMORY, (int(steps) + 1) / (int(steps) + 10))
    return old * memory + new * (1 - memory)


def _draw(*size: int) -> Tensor:
    """Uniform from -1 to 1."""
    return torch.rand(size) * 2 - 1
