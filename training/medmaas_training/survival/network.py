"""The survival network that ships: discrete-time logistic hazard, censoring included.

logit h_k(x) = b_k + f(x) + g(x) tau_k: the hazard of dying in interval k, given to be alive at its
start, with b_k free and f, g from one hidden layer of 128 (Gensheimer & Narasimhan 2019,
doi 10.7717/peerj.6257; Kvamme & Borgan 2021, doi 10.1007/s10985-021-09532-6). tau is fixed and
small, so that hazards may be somewhat non-proportional without a free output per interval.
"""

import copy
from dataclasses import dataclass
from math import inf

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from medmaas_training.survival.design import FLCHAIN, Design
from medmaas_training.survival.metrics import Floats, Outcome, interpolate
from medmaas_training.tabular.datasets import merge_rare


class _Preparation(nn.Module):
    """Fills for missing, logarithms, a column per word, mean 0 and deviation 1, in the graph."""

    median: Tensor
    mean: Tensor
    deviation: Tensor

    def __init__(self, X: Tensor, design: Design) -> None:
        super().__init__()
        self._design = design
        self._runs = _find_runs(X.shape[1], design)
        self.register_buffer("median", self._choose_fills(X))
        transformed = self._transform(X)
        self.register_buffer("mean", transformed.mean(0))
        deviation = transformed.std(0, unbiased=False)
        self.register_buffer("deviation", torch.where(deviation == 0, 1.0, deviation))

    def _choose_fills(self, X: Tensor) -> Tensor:
        """The median of a number, the commonest word of a choice."""
        fills = X.nanquantile(0.5, dim=0)
        for column in self._design.categories:
            present = X[:, column][~X[:, column].isnan()]
            fills[column] = present.long().bincount().argmax()
        return fills

    def _transform(self, x: Tensor) -> Tensor:
        x = torch.where(torch.isnan(x), self.median, x)
        return torch.cat([self._take(x, start, stop) for start, stop in self._runs], dim=1)

    def _take(self, x: Tensor, start: int, stop: int | None) -> Tensor:
        columns, design = x[:, start:stop], self._design
        if start in design.logged:
            first = design.logged.index(start)
            offsets = design.offsets[first : first + columns.shape[1]]
            return torch.log(columns + torch.tensor(offsets) if any(offsets) else columns)
        words = design.categories.get(start, 0)
        return (columns == torch.arange(words)).float() if words > 2 else columns

    def forward(self, x: Tensor) -> Tensor:
        return (self._transform(x) - self.mean) / self.deviation


def _find_runs(columns: int, design: Design) -> list[tuple[int, int | None]]:
    """Neighbouring columns that change form alike, from start to stop; None is the end."""

    def form(column: int) -> tuple[int | None, bool]:
        words = design.categories.get(column, 0)
        return (column if words > 2 else None, column in design.logged)

    starts = [i for i in range(columns) if i == 0 or form(i) != form(i - 1)]
    return list(zip(starts, [*starts[1:], None], strict=True))


class LogisticHazard(nn.Module):
    """Raw features [n, features], NaN for missing, to survival at the design's days [n, days]."""

    tau: Tensor

    def __init__(self, X: Tensor, at_risk: Tensor, died: Tensor, design: Design = FLCHAIN) -> None:
        super().__init__()
        self.preparation = _Preparation(X, design)
        width = len(self.preparation.mean)
        self.body = nn.Sequential(
            nn.Linear(width, 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, 2, bias=False)
        )
        self.baseline = nn.Parameter(torch.logit((died.sum(0) + 0.5) / (at_risk.sum(0) + 1)))
        self.register_buffer("tau", torch.linspace(-0.1, 0.1, len(self.baseline)))

    def logits(self, x: Tensor) -> Tensor:
        """Logit of the hazard per interval, [n, intervals]."""
        level_and_slope = self.body(self.preparation(x))
        logits: Tensor = self.baseline + level_and_slope[:, :1] + level_and_slope[:, 1:] * self.tau
        return logits

    def forward(self, x: Tensor) -> Tensor:
        """Survival at the days: the product of one minus the hazards."""
        log_alive = -softplus(self.logits(x)).cumsum(1)
        return torch.cat([torch.ones_like(log_alive[:, :1]), log_alive.exp()], dim=1)


@dataclass(frozen=True)
class Fit:
    """A fitted module, and its loss per epoch: on who it learned from, and on who was held back."""

    module: LogisticHazard
    training_losses: list[float]
    held_back_losses: list[float]


class SurvivalNetwork:
    """A fitted LogisticHazard, as the evaluation asks for it."""

    def __init__(self, X: Floats, outcome: Outcome, seed: int, design: Design = FLCHAIN) -> None:
        self._days = design.time_days
        self.fit = fit(X, outcome, seed, design)
        self.module = self.fit.module

    def curves(self, X: Floats) -> Floats:
        """Survival at the design's days, [n, days]."""
        with torch.no_grad():
            alive: Tensor = self.module(_tensor(X))
        curves: Floats = np.asarray(alive, dtype=float)
        return curves

    def risk(self, X: Floats) -> Floats:
        """Minus the days expected to be lived until the last of the design's, [n]."""
        days: Floats = (self.curves(X)[:, 1:] * np.diff(self._days)).sum(1)
        return -days

    def survival(self, X: Floats, days: Floats) -> Floats:
        """Survival at other days, [n, days]."""
        return interpolate(self.curves(X), self._days, days)


def label_intervals(
    outcome: Outcome, time_days: Floats = FLCHAIN.time_days
) -> tuple[Tensor, Tensor]:
    """Per person and interval [n, intervals]: whether at risk, and whether dead at its end.

    A person whose follow-up ends alive within an interval counts there if seen for half of it.
    """
    intervals = len(time_days) - 1
    time, event = outcome["time"], outcome["event"] & (outcome["time"] <= time_days[-1])
    last = np.minimum(np.searchsorted(time_days, time) - 1, intervals - 1)
    seen = (time - time_days[last]) / (time_days[last + 1] - time_days[last]) >= 0.5
    rows = np.arange(len(time))
    at_risk = (np.arange(intervals) < last[:, None]).astype(np.float32)
    died = np.zeros_like(at_risk)
    at_risk[rows, last] = event | seen
    died[rows, last] = event
    return torch.from_numpy(at_risk), torch.from_numpy(died)


def fit(X: Floats, outcome: Outcome, seed: int, design: Design = FLCHAIN) -> Fit:
    """Adam on the censored likelihood, stopped when 15 % of the people, held back, gain no more."""
    torch.manual_seed(seed)
    x, (at_risk, died) = _tensor(X), label_intervals(outcome, design.time_days)
    rows, held_back = train_test_split(
        np.arange(len(X)), test_size=0.15, stratify=merge_rare(outcome["event"]), random_state=seed
    )
    module = LogisticHazard(x, at_risk, died, design)
    optimiser = torch.optim.Adam(module.parameters(), lr=1e-3)
    best_loss, best_state, patience = inf, module.state_dict(), 0
    learned: list[float] = []
    held: list[float] = []
    for _ in range(200):
        module.train()
        total = 0.0
        for batch in torch.from_numpy(rows)[torch.randperm(len(rows))].split(256):
            loss = censored_loss(module.logits(x[batch]), at_risk[batch], died[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
        module.eval()
        with torch.no_grad():
            logits = module.logits(x[held_back])
            held.append(censored_loss(logits, at_risk[held_back], died[held_back]).item())
        learned.append(total / len(rows))
        patience += 1
        if held[-1] < best_loss:
            best_loss, best_state, patience = held[-1], copy.deepcopy(module.state_dict()), 0
        elif patience == 20:
            break
    module.load_state_dict(best_state)
    return Fit(module.eval(), learned, held)


def censored_loss(logits: Tensor, at_risk: Tensor, died: Tensor) -> Tensor:
    """Negative log-likelihood per person: one Bernoulli term per interval at risk."""
    terms = binary_cross_entropy_with_logits(logits, died, reduction="none")
    return (terms * at_risk).sum(1).mean()


def _tensor(X: Floats) -> Tensor:
    return torch.from_numpy(X).float()
