"""The units that values of a model may be typed in."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from medmaas.model.units import convert
from tests.conftest import version_of


def read_units(client: TestClient, model: str) -> dict[str, dict[str, float]]:
    answer: dict[str, Any] = client.get(f"/models/{model}/units").json()
    return {
        feature: {unit["unit"]: unit["factor"] for unit in units}
        for feature, units in answer["units"].items()
    }


def test_laboratory_values_come_in_several_units_the_models_own_first(client: TestClient) -> None:
    units = read_units(client, "survival")
    assert units.keys() == {"creatinine", "kappa", "lambda"}
    for factors in units.values():
        assert next(iter(factors.items())) == ("mg/dL", 1)
        assert factors["mg/L"] == 0.1
        for unit, factor in factors.items():
            assert factor == convert(1.0, unit, "mg/dL", 113.12)


def test_an_amount_is_offered_only_where_the_molar_mass_is_known(client: TestClient) -> None:
    units = read_units(client, "survival")
    assert units["creatinine"]["umol/L"] == pytest.approx(1 / 88.4, rel=1e-4)
    assert not {"umol/L", "mmol/L"} & units["kappa"].keys()


def test_counts_of_a_series_come_in_several_units(client: TestClient) -> None:
    units = read_units(client, "chemo_dose")
    assert units.keys() == {"anc", "platelets", "wbc"}
    assert units["anc"] == {"10*9/L": 1, "10*3/uL": 1, "/uL": 0.001}


@pytest.mark.parametrize("model", ["blood_cell", "breast_fna", "solubility"])
def test_what_has_no_unit_or_one_alone_is_not_listed(client: TestClient, model: str) -> None:
    assert client.get(f"/models/{model}/units").json() == {"units": {}}


def test_the_units_of_a_version_are_its_own(client: TestClient) -> None:
    newest = client.get("/models/survival/units").json()
    same = client.get(f"/models/survival/versions/{version_of('survival')}/units")
    assert same.json() == newest
    assert client.get("/models/survival/versions/0.9.0/units").status_code == 404
