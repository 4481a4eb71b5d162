"""The survival network that ships: discrete-time logistic hazard, censoring included.

logit h_k(x) = b_k + f(x) + g(x) tau_k: the hazard of dying in interval k, given to be alive at its
start, with b_k free and f, g from one hidden layer of 128 (Gensheimer & Narasimhan 2019,
doi 10.7717/peerj.6257; Kvamme & Borgan 2021, doi 10.1007/s10985-021-09532-6). tau is fixed and
small, so that hazards may be somewhat non-proportional without a free output per interval.
"""

import copy
from math import inf

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from training.survival_metrics import Floats, Outcome, interpolate

_YEAR = 365.25
TIME_DAYS: Floats = np.floor(
    np.concatenate(
        [
            np.arange(12) * _YEAR / 12,  # monthly to 1 year
            _YEAR + np.arange(16) * _YEAR / 4,  # quarterly to 5 years
            np.arange(5, 15) * _YEAR,  # yearly to 14 years
        ]
    )
)
_INTERVALS = len(TIME_DAYS) - 1
_LABORATORY = slice(2, 5)


class _Preparation(nn.Module):
    """Median for missing, laboratory values logged, mean 0 and deviation 1, inside the graph."""

    median: Tensor
    mean: Tensor
    deviation: Tensor

    def __init__(self, X: Tensor) -> None:
        super().__init__()
        self.register_buffer("median", X.nanquantile(0.5, dim=0))
        transformed = self._transform(X)
        self.register_buffer("mean", transformed.mean(0))
        self.register_buffer("deviation", transformed.std(0, unbiased=False))

    def _transform(self, x: Tensor) -> Tensor:
        x = torch.where(torch.isnan(x), self.median, x)
        start, stop = _LABORATORY.start, _LABORATORY.stop
        return torch.cat([x[:, :start], torch.log(x[:, _LABORATORY]), x[:, stop:]], dim=1)

    def forward(self, x: Tensor) -> Tensor:
        return (self._transform(x) - self.mean) / self.deviation


class LogisticHazard(nn.Module):
    """Raw features [n, 6], NaN for missing, to the probability to be alive at TIME_DAYS [n, 38]."""

    tau: Tensor

    def __init__(self, X: Tensor, at_risk: Tensor, died: Tensor) -> None:
        super().__init__()
        self.preparation = _Preparation(X)
        self.body = nn.Sequential(
            nn.Linear(X.shape[1], 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, 2, bias=False)
        )
        self.baseline = nn.Parameter(torch.logit((died.sum(0) + 0.5) / (at_risk.sum(0) + 1)))
        self.register_buffer("tau", torch.linspace(-0.1, 0.1, _INTERVALS))

    def logits(self, x: Tensor) -> Tensor:
        """Logit of the hazard per interval, [n, 37]."""
        level_and_slope = self.body(self.preparation(x))
        logits: Tensor = self.baseline + level_and_slope[:, :1] + level_and_slope[:, 1:] * self.tau
        return logits

    def forward(self, x: Tensor) -> Tensor:
        """Survival at TIME_DAYS: the product of one minus the hazards."""
        log_alive = -softplus(self.logits(x)).cumsum(1)
        return torch.cat([torch.ones_like(log_alive[:, :1]), log_alive.exp()], dim=1)


class SurvivalNetwork:
    """A fitted LogisticHazard, as the evaluation asks for it."""

    def __init__(self, X: Floats, outcome: Outcome, seed: int) -> None:
        self.module = fit(X, outcome, seed)

    def curves(self, X: Floats) -> Floats:
        """Survival at TIME_DAYS, [n, 38]."""
        with torch.no_grad():
            alive: Tensor = self.module(_tensor(X))
        curves: Floats = np.asarray(alive, dtype=float)
        return curves

    def risk(self, X: Floats) -> Floats:
        """Minus the days expected to be lived until the last of TIME_DAYS, [n]."""
        days: Floats = (self.curves(X)[:, 1:] * np.diff(TIME_DAYS)).sum(1)
        return -days

    def survival(self, X: Floats, days: Floats) -> Floats:
        """Survival at other days, [n, days]."""
        return interpolate(self.curves(X), TIME_DAYS, days)


def label_intervals(outcome: Outcome) -> tuple[Tensor, Tensor]:
    """Per person and interval [n, 37]: whether at risk, and whether dead at its end.

    A person whose follow-up ends alive within an interval counts there if seen for half of it.
    """
    time, event = outcome["time"], outcome["event"] & (outcome["time"] <= TIME_DAYS[-1])
    last = np.minimum(np.searchsorted(TIME_DAYS, time) - 1, _INTERVALS - 1)
    seen = (time - TIME_DAYS[last]) / (TIME_DAYS[last + 1] - TIME_DAYS[last]) >= 0.5
    rows = np.arange(len(time))
    at_risk = (np.arange(_INTERVALS) < last[:, None]).astype(np.float32)
    died = np.zeros_like(at_risk)
    at_risk[rows, last] = event | seen
    died[rows, last] = event
    return torch.from_numpy(at_risk), torch.from_numpy(died)


def fit(X: Floats, outcome: Outcome, seed: int) -> LogisticHazard:
    """Adam on the censored likelihood, stopped when 15 % of the people, held back, gain no more."""
    torch.manual_seed(seed)
    x, (at_risk, died) = _tensor(X), label_intervals(outcome)
    rows, held_back = train_test_split(
        np.arange(len(X)), test_size=0.15, stratify=outcome["event"], random_state=seed
    )
    module = LogisticHazard(x, at_risk, died)
    optimiser = torch.optim.Adam(module.parameters(), lr=1e-3)
    best_loss, best_state, patience = inf, module.state_dict(), 0
    for _ in range(200):
        module.train()
        for batch in torch.from_numpy(rows)[torch.randperm(len(rows))].split(256):
            loss = censored_loss(module.logits(x[batch]), at_risk[batch], died[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        module.eval()
        with torch.no_grad():
            held = censored_loss(
                module.logits(x[held_back]), at_risk[held_back], died[held_back]
            ).item()
        patience += 1
        if held < best_loss:
            best_loss, best_state, patience = held, copy.deepcopy(module.state_dict()), 0
        elif patience == 20:
            break
    module.load_state_dict(best_state)
    return module.eval()


def censored_loss(logits: Tensor, at_risk: Tensor, died: Tensor) -> Tensor:
    """Negative log-likelihood per person: one Bernoulli term per interval at risk."""
    terms = binary_cross_entropy_with_logits(logits, died, reduction="none")
    return (terms * at_risk).sum(1).mean()


def _tensor(X: Floats) -> Tensor:
    return torch.from_numpy(X).float()
