"""The dose network: a GRU over a patient's chart, and what it expects of every action.

Per action it predicts the distribution of the logarithm of the next nadir, logistic for neutrophils
and for platelets. All answers follow from it, so that they agree with one another: the chance to
fall below 0.5 is never above that of 1.0, nor below that of staying there for a week, a smaller
dose is never riskier, nor is added G-CSF.
Learned from courses under random decisions, with the true nadirs that the simulator gives for each
action: nothing of it is confounded by who was given what.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy, softplus

from medmaas_training.dose.course import (
    ACTIONS,
    DELAY,
    FULL,
    FULL_GCSF,
    HALF,
    PRICE,
    THREE_QUARTERS,
)
from medmaas_training.dose.decisions import LONG, THRESHOLDS, Decisions
from medmaas_training.dose.myelosuppression import Floats
from medmaas_training.progress import track

_HIDDEN, _BATCH = 64, 192

Array = TypeVar("Array", Floats, Tensor)
_LOWEST = 1e-2  # 10^9/L; a nadir below is as bad


def find_avoidable(
    risk: Sequence[Array], maximum: Callable[[Array, Array], Array], offered: Sequence[int]
) -> list[Array]:
    """How much less the risk would be per quarter of the dose given up, per action.

    The largest (risk - risk of another) / (its price - own price) over the dearer actions, or 0.
    The first action with no more than a limit of it, in the order of ACTIONS, has the least sum of
    price and risk / limit: dose is given up where that prevents most.

    Args:
        risk: per action, of any shape.
        maximum: of two arrays of that kind, elementwise.
        offered: positions in ACTIONS that could be taken instead.
    """
    avoidable = []
    for i, own in enumerate(risk):
        most = own - own
        for j in offered:
            if PRICE[j] > PRICE[i]:
                most = maximum(most, (own - risk[j]) / (PRICE[j] - PRICE[i]))
        avoidable.append(most)
    return avoidable


class DoseNetwork(nn.Module):
    """History [n, rows, 6], NaN for missing, to `risks` [n, actions, 5] and `nadir` [n, actions].

    The fifth risk is what of the first is avoidable, see `find_avoidable`.

    Columns are those of `dose_course.COLUMNS`, days relative to the decision; rows of NaN pad the
    end. A dose in the last row is not seen: the decision comes before it.
    """

    mean: Tensor
    deviation: Tensor
    thresholds: Tensor

    def __init__(self, counts: Tensor) -> None:
        """Standardise by measured counts [any, 3], NaN for missing."""
        super().__init__()
        logs = torch.log(counts)
        mean = logs.nanmean(0)
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", (logs - mean).square().nanmean(0).sqrt())
        self.register_buffer("thresholds", torch.tensor(THRESHOLDS, dtype=torch.float32))
        self.gru = nn.GRU(9, _HIDDEN, batch_first=True)
        last = nn.Linear(_HIDDEN, 19 + len(ACTIONS))
        with torch.no_grad():
            last.bias[:4] = torch.tensor([-1.0, 5.0, -1.0, 5.0])  # log nadirs to start from
        self.head = nn.Sequential(nn.Linear(_HIDDEN + 1, _HIDDEN), nn.Tanh(), last)

    def forward(self, history: Tensor) -> tuple[Tensor, Tensor]:
        """Risks and median nadir in 10^9/L."""
        states = self.read(history)
        last = (~torch.isnan(history[:, :, 0])).sum(1) - 1
        at = last[:, None, None]
        state = states.gather(1, at.expand(-1, 1, _HIDDEN))[:, 0]
        since = -history[:, :, :1].gather(1, at)[:, 0]
        location, scale, longer = self.expect(state, since)
        risks = self.rate(location, scale, longer)
        everything = range(len(ACTIONS))
        avoidable = find_avoidable(risks[..., 0].unbind(-1), torch.maximum, everything)
        limited = torch.stack(avoidable, -1)[..., None]
        return torch.cat([risks, limited], -1), location[..., 0].exp()

    def read(self, history: Tensor) -> Tensor:
        """State after each row, [n, rows, hidden]; of days only the differences matter."""
        day = torch.nan_to_num(history[:, :, :1])
        gap = torch.cat([torch.zeros_like(day[:, :1]), day[:, 1:] - day[:, :-1]], 1) / 7
        given = torch.nan_to_num(history[:, :, 4:])
        before = torch.cat([torch.zeros_like(given[:, :1]), given[:, :-1]], 1)
        counts = history[:, :, 1:4]
        known = ~torch.isnan(counts)
        logs = (torch.log(torch.where(known, counts, 1.0).clamp(min=_LOWEST)) - self.mean) / (
            self.deviation
        )
        rows = torch.cat([gap, before, torch.where(known, logs, 0.0), known.to(gap.dtype)], 2)
        states: Tensor = self.gru(rows)[0]
        return states

    def expect(self, state: Tensor, since: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What is expected of every action; `since` in days.

        Returns:
            Location and scale of the log nadirs, each [..., actions, 2], and of those below 0.5 the
            logit of the chance to be there for more than a week, [..., actions].
        """
        raw = self.head(torch.cat([state, since / 7], -1))
        full, delay = raw[..., 0:2], raw[..., 2:4]
        less, least = softplus(raw[..., 4:6]), softplus(raw[..., 6:8])
        helped = torch.stack([softplus(raw[..., 8]), torch.zeros_like(raw[..., 8])], -1)
        location: list[Tensor] = [full] * len(ACTIONS)
        location[FULL_GCSF] = full + helped
        location[THREE_QUARTERS] = full + less
        location[HALF] = full + less + least
        location[DELAY] = delay
        scale = softplus(raw[..., 9:19]).unflatten(-1, (len(ACTIONS), 2)) + 1e-2
        return torch.stack(location, -2), scale, raw[..., 19:]

    def rate(self, location: Tensor, scale: Tensor, longer: Tensor) -> Tensor:
        """Chance to fall below each threshold, and below 0.5 for a week, [..., actions, 4]."""
        which = [0, 0, 1]
        below = torch.sigmoid((self.thresholds - location[..., which]) / scale[..., which])
        risks = torch.cat([below, below[..., :1] * torch.sigmoid(longer)[..., None]], -1)
        half, delay = risks[..., HALF, :], risks[..., DELAY, :]
        less = torch.maximum(risks[..., THREE_QUARTERS, :], half)
        full = torch.maximum(risks[..., FULL, :], less)
        ordered = [full] * len(ACTIONS)
        ordered[FULL_GCSF] = torch.minimum(risks[..., FULL_GCSF, :], full)
        ordered[THREE_QUARTERS], ordered[HALF], ordered[DELAY] = less, half, delay
        return torch.stack(ordered, -2)


def answer(network: DoseNetwork, histories: Floats) -> tuple[Floats, Floats]:
    """Risks [n, actions, 5] and nadirs [n, actions] of histories [n, rows, 6], in batches."""
    with torch.no_grad():
        parts = [network(h) for h in torch.from_numpy(histories).float().split(4096)]
    risks, nadirs = (torch.cat(tensors).double().numpy() for tensors in zip(*parts, strict=True))
    return risks, nadirs


@dataclass(frozen=True)
class Fit:
    """A fitted network and its loss per decision and epoch."""

    network: DoseNetwork
    train: list[float]
    held_back: list[float]


def fit(data: Decisions, seed: int, *, epochs: int = 14) -> Fit:
    """Adam with a falling rate on the likelihood of the nadirs and of the outcomes, 5 % held back.

    Args:
        data: courses to learn from.
        seed: of the weights and the batches.
        epochs: how often each course is seen.
    """
    torch.manual_seed(seed)
    rows = int(data.row.max()) + 1
    charts = torch.from_numpy(data.charts[:, :rows]).float()
    network = DoseNetwork(charts[:, :, 1:4].reshape(-1, 3))
    loss_of = _make_loss(network, charts, data)
    held_back, train = torch.randperm(len(charts)).split(
        [len(charts) // 20, len(charts) * 19 // 20]
    )
    batches = -(-len(train) // _BATCH)
    optimiser = torch.optim.Adam(network.parameters(), lr=4e-3)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=epochs * batches)
    fitted = Fit(network, [], [])
    for _ in range(epochs):
        losses = []
        for batch in track(train[torch.randperm(len(train))].split(_BATCH)):
            loss = loss_of(batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            rate.step()
            losses.append(loss.item())
        fitted.train.append(float(np.mean(losses)))
        with torch.no_grad():
            fitted.held_back.append(loss_of(held_back).item())
    network.eval()
    return fitted


def _make_loss(network: DoseNetwork, charts: Tensor, data: Decisions) -> Callable[[Tensor], Tensor]:
    row, since = torch.from_numpy(data.row), torch.from_numpy(data.since).float()
    nadirs = torch.from_numpy(np.log(np.maximum(data.nadirs, _LOWEST))).float()
    long = torch.from_numpy(data.days > LONG).float()

    def loss_of(batch: Tensor) -> Tensor:
        target = nadirs[batch]
        made = ~torch.isnan(target[:, :, 0, 0])
        states = network.read(charts[batch])
        at = row[batch][:, :, None].expand(-1, -1, _HIDDEN)
        states = states.gather(1, at)[made]
        location, scale, longer = network.expect(states, since[batch][made][:, None])
        target = target[made]
        off = (target - location) / scale
        likelihood = off + torch.log(scale) + 2 * softplus(-off)
        risks = network.rate(location, scale, longer).clamp(1e-6, 1 - 1e-6)
        below = (target[..., [0, 0, 1]] < network.thresholds).float()
        outcomes = torch.cat([below, long[batch][made][..., None]], -1)
        return likelihood.mean() + binary_cross_entropy(risks, outcomes)

    return loss_of
