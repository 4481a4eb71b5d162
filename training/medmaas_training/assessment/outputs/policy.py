"""Assesses a policy: the risks of its actions at decisions of simulated patients."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.model.kinds import expect
from medmaas.model.manifest import (
    CoverageCurve,
    Input,
    Output,
    PolicyIntervals,
    PolicyOutput,
    SeriesInput,
)
from medmaas_training.assessment.certainty.policy_bands import DOSE, learn_bands, measure_bands
from medmaas_training.assessment.evaluated import Answered, Tensors, round_output
from medmaas_training.assessment.outputs import OutputAssessor
from medmaas_training.assessment.outputs.evaluated_policy import GROUP_SIZE, EvaluatedPolicy
from medmaas_training.assessment.resampling import Flags
from medmaas_training.assessment.splits import Array


class PolicyAssessor(OutputAssessor):
    """Risks of outcomes under each action, and an expected nadir."""

    method = (
        f"Split conformal prediction of the share of an outcome among {GROUP_SIZE} decisions of "
        "neighbouring risk, and of the nadir over the expected one"
    )

    def __init__(self, output: PolicyOutput) -> None:
        super().__init__(output)
        self._policy = output

    def evaluate(
        self,
        spec: Input,
        rows: Array,
        outputs: Tensors,
        outcome: Any,  # noqa: ANN401
        train: Any,  # noqa: ANN401, ARG002
    ) -> EvaluatedPolicy:
        """Of a Foreseen."""
        policy, series = self._policy, expect(spec, SeriesInput)
        shape = (-1, len(policy.actions), len(policy.outcomes))
        risks = round_output(outputs[policy.tensor].reshape(shape))
        nadirs = round_output(outputs[policy.nadir_tensor].reshape(shape[:2]))
        names = [feature.name for feature in series.features]
        doses = np.zeros(len(risks), np.intp)
        if DOSE in names:
            doses = (rows[:, :, names.index(DOSE)] > 0).sum(1)
        return EvaluatedPolicy(policy, risks, nadirs, outcome, doses)

    def find_owners(self, outcome: Any, n: int) -> tuple[NDArray[np.intp], Flags | None]:  # noqa: ANN401, ARG002
        """Whose decision it was."""
        return outcome.patient, None

    def assess_intervals(
        self,
        calibration: Answered,
        test: Answered,
        spec: Input,  # noqa: ARG002
    ) -> tuple[PolicyIntervals, list[CoverageCurve]]:
        """Bands on risks and nadirs."""
        learned = expect(calibration.evaluated, EvaluatedPolicy)
        measured = expect(test.evaluated, EvaluatedPolicy)
        bands = learn_bands(learned)
        return bands, measure_bands(bands, measured, test.cases.groups, test.sample)


def make(output: Output) -> PolicyAssessor:
    """What assesses."""
    return PolicyAssessor(expect(output, PolicyOutput))
