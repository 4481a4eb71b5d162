"""Whatever is sent as an instance of parts is read or refused, and told without its values."""

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medmaas.facts import Fact
from medmaas.model.inputs import make_input
from medmaas.model.manifest import PartsInput
from tests.parts.models import CASES, INPUTS

CANARY = "canary-7f3a"
SPEC = PartsInput.model_validate({"kind": "parts", "parts": INPUTS["scan_patient"]})
INPUT = make_input(SPEC)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.just(CANARY) | st.text()
ANY = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
KNOWN = {"age": ANY, "sex": ANY | st.sampled_from(["F", "M"]), "crp": ANY}
PATIENT = st.fixed_dictionaries({}, optional=KNOWN) | ANY
SCAN = st.fixed_dictionaries({"image": ANY}) | st.just(CASES["scan_patient"][0]["scan"]) | ANY
INSTANCES = st.fixed_dictionaries({}, optional={"scan": SCAN, "patient": PATIENT}) | ANY


def say_all(value: Any) -> str:
    return repr(value.as_json()) if isinstance(value, Fact) else repr(value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(INSTANCES, min_size=1, max_size=4))
def test_anything_is_read_or_refused_and_each_row_as_if_alone(instances: list[Any]) -> None:
    together = INPUT.read(instances)
    assert {name: len(rows) for name, rows in together.tensors.items()} == {
        "scan": len(instances),
        "patient": len(instances),
    }
    for row, instance in enumerate(instances):
        alone = INPUT.read([instance])
        own = [problem for problem in together.problems if problem.instance == row]
        assert [p[1:] for p in own] == [p[1:] for p in alone.problems]
        assert list(together.warnings[row]) == list(alone.warnings[0])
        if not own:
            for name, rows in together.tensors.items():
                assert np.array_equal(rows[row], alone.tensors[name][0], equal_nan=True)
    for problem in together.problems:
        assert CANARY not in say_all(problem.fact)
        assert (
            problem.field is None
            or problem.field.split(".")[0] in {"scan", "patient"}
            or (problem.fact.code.startswith("unknown_field"))
        )
