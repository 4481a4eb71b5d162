"""What the server says of itself."""

from pathlib import Path
from typing import Any

import pytest

from medmaas import __version__
from medmaas.fhir.capability import canonical, describe_operation, describe_service
from medmaas.fhir.options import read_options
from medmaas.model.manifest import SeriesInput, TabularInput
from medmaas.model.registry import Registry
from tests.conftest import folder_of
from tests.fhir.judge import list_faults

ADDRESS = "https://models.example.org"
READERS = ["chemo_dose", "survival"]


def describe(registry: Registry) -> Any:
    statement = describe_service(registry, ADDRESS)
    assert list_faults(statement) == []
    return statement


def test_the_statement_names_the_models_that_read_records_and_no_others(
    registry: Registry,
) -> None:
    (rest,) = describe(registry)["rest"]
    assert [one["definition"] for one in rest["operation"]] == [
        canonical(registry.get(model_id), ADDRESS) for model_id in READERS
    ]
    assert [one["documentation"] for one in rest["operation"]] == [
        f"POST {ADDRESS}/fhir/models/{model_id}/$evaluate" for model_id in READERS
    ]


def test_the_statement_is_of_this_version_and_of_the_newest_model(registry: Registry) -> None:
    statement = describe(registry)
    assert statement["software"]["version"] == __version__
    assert statement["fhirVersion"] == "4.0.1"
    newest = max(registry.get(model_id).manifest.created for model_id in READERS)
    assert statement["date"] == newest.isoformat()


def test_a_model_that_cannot_answer_is_not_stated(models: Path) -> None:
    (folder_of("survival", models) / "model.onnx").write_bytes(b"none")
    (rest,) = describe(Registry(models))["rest"]
    assert [one["definition"].rpartition("/")[2] for one in rest["operation"]] == [
        "chemo-dose-evaluate"
    ]


def test_a_server_without_models_states_no_operation(tmp_path: Path) -> None:
    (rest,) = describe(Registry(tmp_path))["rest"]
    assert "operation" not in rest


@pytest.mark.parametrize("model_id", READERS)
def test_an_operation_names_code_unit_and_age_of_all_that_it_reads(
    registry: Registry, model_id: str
) -> None:
    model = registry.get(model_id)
    definition = describe_operation(model, ADDRESS)
    assert list_faults(definition) == []
    assert definition["url"] == canonical(model, ADDRESS)
    told = definition["parameter"][0]["documentation"]
    spec = model.manifest.input
    assert isinstance(spec, TabularInput | SeriesInput)
    for feature in spec.features:
        if feature.source and feature.source.kind == "observation":
            line = next(one for one in told.splitlines() if one.startswith(f"- {feature.name} "))
            assert all(code in line for code in feature.loinc)
            assert f"{feature.source.oldest_days:g} days" in line
            assert getattr(feature, "unit", "") in line


def test_every_parameter_that_is_stated_is_taken(registry: Registry) -> None:
    definition = describe_operation(registry.get("survival"), ADDRESS)
    values = {"dateTime": "2026-03-01T09:00:00Z", "boolean": True, "decimal": 0.9}
    options = [one for one in definition["parameter"] if one["type"] in values]
    assert len(options) == 4
    asked = read_options(
        {
            "resourceType": "Parameters",
            "parameter": [
                {
                    "name": one["name"],
                    f"value{one['type'][0].upper()}{one['type'][1:]}": values[one["type"]],
                }
                for one in options
            ],
        }
    )
    assert asked.as_of
    assert asked.options.force
    assert asked.options.coverage == 0.9
