"""Explains a sample of the test split as a request would be."""

import numpy as np

from medmaas.model.outputs import make_targets
from medmaas.model.registry import Model
from medmaas_training.assessment.inputs import make_case
from medmaas_training.assessment.outputs import make_output_assessor
from medmaas_training.assessment.reasons.games import Case, explain_case, tolerate_errors
from medmaas_training.assessment.reasons.sample import Found, Sample, Sizes
from medmaas_training.assessment.resampling import Floats
from medmaas_training.assessment.splits import Splits, take_groups


def explain_focus(model: Model, case: Case, tolerance: Floats, seed: int) -> Found:
    """Explain a case as a request would be, sampling down to a standard error per target."""
    output = model.manifest.output
    if case.map_heat is None:
        found = explain_case(case, tolerance, seed)
        focus = make_output_assessor(output).find_focus(found.prediction)
        return Found(found.values, focus, is_exact=found.errors is None)
    whole = case.game(np.ones((1, len(case.parts)), bool))[0]
    focus = make_targets(output).headline(whole)
    values = np.full((len(case.parts), len(whole)), np.nan)
    values[:, focus] = case.map_heat()
    return Found(values, focus, is_exact=False)


def explain_sample(model: Model, splits: Splits, sizes: Sizes, seed: int) -> Sample:
    """Explain a random sample of the test split; instances of a single part are passed by."""
    test = splits.test
    chosen = np.sort(np.random.default_rng(seed).permutation(len(test.rows))[: sizes.explained])
    rows = test.rows[chosen]
    tolerance = tolerate_errors(model, rows) * sizes.coarse
    cases = [make_case(model, row) for row in rows]
    played = [len(case.parts) > 1 for case in cases]
    rows = rows[played]
    cases = [case for case, plays in zip(cases, played, strict=True) if plays]
    found = [explain_focus(model, case, tolerance, seed) for case in cases]
    return Sample(
        rows,
        take_groups(test.groups, chosen[played]),
        cases,
        [attribution.values for attribution in found],
        [attribution.focus for attribution in found],
        tolerance,
        are_exact=all(attribution.is_exact for attribution in found),
    )
