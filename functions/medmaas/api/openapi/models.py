"""Predicting and explaining: of each model with its real fields and limits, and of any model."""

import re
from itertools import groupby
from operator import itemgetter
from typing import Any

from medmaas.api.openapi.catalogue import IDENTITY, MODEL, PARAMETERS, VERSION
from medmaas.api.openapi.components import Components
from medmaas.api.openapi.drawing import describe_drawing
from medmaas.api.openapi.file import describe_file
from medmaas.api.openapi.parts import (
    Operation,
    Paths,
    write_content,
    write_operation,
    write_refusals,
)
from medmaas.api.openapi.reading import describe_reading
from medmaas.api.openapi.tables import describe_answers, describe_table
from medmaas.model.body import LEAST_COVERAGE, LEAST_SECONDS, MAX_INSTANCES, MOST_SECONDS
from medmaas.model.explanation import describe_explanation
from medmaas.model.manifest import Manifest
from medmaas.model.options import PLAIN
from medmaas.model.outputs import describe_interval, describe_output
from medmaas.model.predict import MAX_EXPLAINED, predict
from medmaas.model.registry import Model, Registry
from medmaas.model.schema import (
    BOOLEAN,
    FACT,
    NUMBER,
    TEXT,
    Schema,
    describe_list,
    describe_nullable,
    describe_object,
)
from medmaas.words import ENGLISH

_STATUSES = (400, 404, 413, 415, 422, 500, 503)
_STATUS = TEXT | {
    "enum": ["ok", "abstained", "forced"],
    "description": "abstained: there is no answer, or no recommendation. forced: there is "
    "one, though the model abstains.",
}
_WARNING = {"field": {"type": ["string", "null"]}, "problem": TEXT, **FACT}


def describe_models(registry: Registry, components: Components) -> Paths:
    """Every model that answers, without a version if it is the newest, then by versions.

    What is the same in a version and in the newest one has one name.
    """
    paths: Paths = {}
    for model_id, group in groupby(registry.list(), key=itemgetter(0)):
        versions = [(version, model) for _, version, model in group]
        of_model = _capitalise(model_id)
        if isinstance(newest := versions[-1][1], Model):
            described = _describe_model(newest, f"/models/{model_id}", model_id)
            paths |= components.name(described, ("", of_model))
        for version, model in versions:
            if isinstance(model, Model):
                name = f"{model_id}_v{version}"
                described = _describe_model(model, f"/models/{model_id}/versions/{version}", name)
                paths |= components.name(described, ("", of_model, _capitalise(name)))
    return paths


def describe_any_model() -> Paths:
    """Whatever model it is: for programs that do not know which models there are."""
    instance = describe_object("Instance", {}) | {"additionalProperties": True}
    answer = _describe_answer(describe_output(), describe_interval(), describe_explanation())
    prediction, coverage = (
        answer["properties"]["predictions"]["items"],
        _describe_options(None)["coverage"],
    )
    paths: Paths = {
        f"{path}/file": {
            "post": _with_model(describe_file(f"answer_file{of}", prediction, coverage), path)
        }
        for path, of in ((MODEL, ""), (VERSION, "_version"))
    }
    paths |= {
        f"{path}/{action}": {"post": _with_model(describe(f"{name}{of}"), path)}
        for path, of in ((MODEL, ""), (VERSION, "_version"))
        for action, name, describe in (
            ("read", "read_values", describe_reading),
            ("draw", "draw_instance", describe_drawing),
        )
    }
    return paths | {
        f"{path}/{action}": {
            "post": _write(f"{action}{of}", action, summary, instance, answer)
            | {"parameters": PARAMETERS[path]}
            | (_describe_columns(instance, None) if action == "predict" else {})
        }
        for path, of in ((MODEL, ""), (VERSION, "_version"))
        for action, summary in (
            ("predict", "Any model"),
            ("explain", "Any model: with explanations"),
        )
    }


def _with_model(operation: Operation, path: str) -> Operation:
    """An operation whose path names a model."""
    return operation | {"parameters": [*PARAMETERS[path], *operation.get("parameters", [])]}


def _describe_model(model: Model, path: str, name: str) -> Paths:
    manifest, identifier = model.manifest, re.sub(r"\W", "_", name)
    uncertainty = model.uncertainty
    interval = uncertainty.json_schema() if uncertainty else None
    answer = _describe_answer(
        model.output.json_schema() | {"title": "Output"},
        interval and interval | {"title": "Interval"},
        describe_explanation(model),
    )
    instance = model.inputs.json_schema() | {"title": "Instance"}
    predicting, explaining = (
        _write(f"{action}_{identifier}", action, summary, instance, answer, model=model)
        for action, summary in (
            ("predict", manifest.title),
            ("explain", f"{manifest.title}: with explanations"),
        )
    )
    predicting["description"] = f"{manifest.card.intended_use} {manifest.card.stage}."
    if model.inputs.takes_columns:
        columns = _describe_columns(model.inputs.row_schema() | {"title": "Instance"}, model)
        columns["description"] = f"{predicting['description']} {columns['description']}"
        predicting |= columns
    explaining["description"] = "Predicts, and says of each answer what it rests on."
    # explanations obey a clock, so there is no example of one
    predicting["responses"]["200"]["content"]["application/json"]["example"] = {
        "request_id": "3f0c7a51-6c83-4d8f-9d43-2f6a3f0a2c1b",
        "model": model.identity,
        "predictions": [*map(ENGLISH.write_prediction, predict(model, [model.example]))],
    }
    return {f"{path}/predict": {"post": predicting}, f"{path}/explain": {"post": explaining}}


def _describe_columns(instance: Schema, model: Model | None) -> Operation:
    """The other form of a request and its answer, apart: clients keep one type for each."""
    options = _describe_options(model.manifest if model else None)
    return {
        "description": "Also takes a table, and answers it in columns: see ColumnsRequest and "
        "ColumnsAnswer.",
        "x-columns": {
            "request": describe_table(instance, options),
            "answer": describe_answers(_STATUS, model),
        },
    }


def _write(
    name: str,
    action: str,
    summary: str,
    instance: Schema,
    answer: Schema,
    *,
    model: Model | None = None,
) -> Operation:
    manifest, example = None, None
    if model:
        manifest, example = model.manifest, {"instances": [model.example]}
    request = _describe_request(instance, manifest, explain=action == "explain")
    return write_operation(
        name,
        action,
        summary,
        {"200": write_content("One prediction per instance.", answer)} | write_refusals(_STATUSES),
        requestBody={"required": True, **write_content("Instances.", request, example)},
    )


def _describe_request(instance: Schema, manifest: Manifest | None, *, explain: bool) -> Schema:
    """Instances and options; to explain there are fewer, and `explain` need not say it again."""
    most = MAX_EXPLAINED if explain else MAX_INSTANCES
    options = _describe_options(manifest)
    if explain:
        del options["explain"]
    instances = describe_list(instance, minItems=1, maxItems=most)
    title = "ExplainRequest" if explain else "PredictRequest"
    request = describe_object(title, {"instances": instances}, options)
    return request | {"additionalProperties": False}


def _describe_options(manifest: Manifest | None) -> dict[str, Schema]:
    coverage: dict[str, Any] = NUMBER | {
        "minimum": LEAST_COVERAGE,
        "exclusiveMaximum": 1,
        "description": "Coverage of the intervals, one that the model stores; the default is "
        "its first.",
    }
    uncertainty = manifest.uncertainty if manifest else None
    if uncertainty and uncertainty.intervals:
        stored = [level.coverage for level in uncertainty.intervals.levels]
        listed = ", ".join(f"{one:g}" for one in stored)
        coverage |= {
            "default": stored[0],
            "examples": stored,
            "description": f"Coverage of the intervals, one that the model stores: {listed}.",
        }
    return {
        "explain": BOOLEAN
        | {
            "default": PLAIN.explain,
            "description": f"Say what each answer rests on, for at most {MAX_EXPLAINED} instances.",
        },
        "explain_seconds": NUMBER
        | {
            "minimum": LEAST_SECONDS,
            "maximum": MOST_SECONDS,
            "default": PLAIN.explain_seconds,
            "description": "What the answers and their explanations may take together; with less "
            "time explanations hold fewer samples, or there are none, and each says so.",
        },
        "coverage": coverage,
        "force": BOOLEAN
        | {
            "default": PLAIN.force,
            "description": "Answer, marked as forced, where the model abstains.",
        },
    }


def _describe_answer(output: Schema, interval: Schema | None, explanation: Schema) -> Schema:
    warnings = describe_list(describe_object("AnswerWarning", _WARNING))
    prediction = describe_object(
        "Prediction",
        {"status": _STATUS, "output": describe_nullable(output), "warnings": warnings},
        {
            "reason": TEXT | {"description": "Why the model abstains."},
            **FACT,
            **({"interval": interval} if interval else {}),
            "explanation": explanation,
        },
    )
    return describe_object(
        "Answer",
        {"request_id": TEXT, "model": IDENTITY, "predictions": describe_list(prediction)},
    )


def _capitalise(name: str) -> str:
    """A name as types have it: breast_fna is BreastFna, survival_v1.0.0 is SurvivalV1_0_0."""
    words = re.sub(r"[_-]+(\w)", lambda found: found[1].upper(), f"_{name}")
    return words.replace(".", "_")
