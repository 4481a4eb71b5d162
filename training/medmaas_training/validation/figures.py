"""Figures of the model beside the simplest answer and a simple model, with intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.manifest import EVERYONE, Metric, Of
from medmaas_training.assessment.resampling import THIS_MODEL
from medmaas_training.assessment.splits import Cases
from medmaas_training.errors import TrainingError
from medmaas_training.figures import Figures, People, bootstrap
from medmaas_training.figures import Rows as Drawn
from medmaas_training.validation.naming import Naming
from medmaas_training.validation.outputs import OutcomeReader
from medmaas_training.validation.simple_models import count_words, fill_empty, list_features

Rows = NDArray[np.intp]

BEFORE = "this model before recalibration"
_FEWEST_LEARNED = 50  # rows that a simple model learns from


@dataclass(frozen=True)
class Measured:
    """Whom figures are of, and who taught what they are compared with.

    Attributes:
        reader: of the outcome.
        cases: who is reported on, n rows.
        person: whose each row is, [n].
        learned: outcome of those who teach: censoring, scales.
        naming: what they are called.
        seed: of the draws.
    """

    reader: OutcomeReader
    cases: Cases
    person: Rows
    learned: Any
    naming: Naming
    seed: int


def compare(measured: Measured, answers: Mapping[str, Any]) -> list[Metric]:
    """The figures of everyone, with the gains over every rival, then the model's by subgroup.

    Args:
        measured: whom they are of.
        answers: by name, those of the model first; None of it where the assessment scores.
    """
    if answers[THIS_MODEL] is None:
        return []
    own: dict[str, Of] = {THIS_MODEL: "model", BEFORE: "variant"}
    everyone = np.arange(len(measured.person))
    metrics = _measure(measured, answers, everyone, EVERYONE, own)
    mine = {THIS_MODEL: answers[THIS_MODEL]}
    for group, members in measured.cases.groups.items():
        metrics += _measure(measured, mine, np.flatnonzero(members), group, own)
    return metrics


def answer_rivals(
    spec: Any,  # noqa: ANN401 - Input
    reader: OutcomeReader,
    learned: Cases,
    answered: Any,  # noqa: ANN401 - Fed
) -> dict[str, Any]:
    """What the rivals answer to rows, by name, after learning from cases."""
    X = list_features(spec, learned.rows)
    given = list_features(spec, answered)
    if X is not None and given is not None:
        X, given = fill_empty(X, given)
    if X is not None and len(X) < _FEWEST_LEARNED:
        X = None
    try:
        rivals = reader.make_rivals(learned.outcome, X, count_words(spec))
    except (TrainingError, np.linalg.LinAlgError, ValueError):  # columns that have no solution
        rivals = reader.make_rivals(learned.outcome, None, {})
    return {rival.name: rival.predict(given, len(answered)) for rival in rivals}


def _measure(
    measured: Measured,
    answers: Mapping[str, Any],
    rows: Rows,
    group: str,
    own: Mapping[str, Of],
) -> list[Metric]:
    reader, cases = measured.reader, measured.cases

    def statistic(drawn: Drawn) -> Figures:
        outcome = cases.outcome[drawn]
        return {
            (name, whose): value
            for whose, given in answers.items()
            for name, value in reader.score(given[drawn], outcome, measured.learned).items()
        }

    events = reader.find_events(cases.outcome)
    naming = measured.naming
    on = naming.reported if group == EVERYONE else f"{naming.reported}, by subgroup"
    counted = np.zeros(len(measured.person), bool) if events is None else events
    alone = len(np.unique(measured.person)) == len(measured.person)
    people = People(naming.cohort, on, rows, counted, group, None if alone else measured.person)
    metrics = bootstrap(
        statistic,
        people,
        own=own,
        seed=measured.seed,
        resamples=reader.resamples if group == EVERYONE else reader.resamples // 2,
        measures=reader.measures,
    )
    if events is None:
        metrics = [metric.model_copy(update={"events": None}) for metric in metrics]
    return metrics
