"""What the models that ship say of good and of broken input: every sentence that the page shows."""

import base64
import dataclasses
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import PIL.Image
from fastapi.testclient import TestClient
from medmaas.model.explanation.sentences import write_drivers

from medmaas.errors import MedmaasError
from medmaas.model.explanation.targets import make_targets
from medmaas.model.manifest import ImageInput, Number, SeriesInput, TabularInput, TextInput
from medmaas.model.options import Options
from medmaas.model.predict import predict
from medmaas.model.registry import Model
from tests.model.judged import judged_by, unsure

_EXPLAINED = Options(explain=True, explain_seconds=0.3)
_FORCED = Options(force=True)
_AGAINST = {
    "tabular": "the average patient",
    "series": "the same history without it",
    "text": "the line without it",
    "image": "the golden cases of the manifest",
}
Instance = Any


def list_said(model: Model) -> set[str]:
    """All sentences, of answers, explanations and refusals."""
    said: set[str] = set()
    for instance in _list_instances(model):
        said |= _ask(model, [instance], _FORCED)
        said |= _ask(model, [instance], _EXPLAINED)
    if isinstance(model.manifest.input, TabularInput | SeriesInput):
        strict = judged_by(model, unsure(most_missing=0))
        for instance in _list_instances(model):
            said |= _ask(strict, [instance], Options())
    good = model.example
    said |= _ask(model, [good] * 51, _EXPLAINED) | _ask(model, [good], Options(coverage=0.5))
    said |= _ask(judged_by(model, None), [good], Options(coverage=0.9))
    return said | set(_list_drivers(model))


def _ask(model: Model, instances: list[Instance], options: Options) -> set[str]:
    try:
        return {text for one in predict(model, instances, options) for text in _read(one)}
    except MedmaasError as error:
        return {error.message, *(detail.problem for detail in error.details)}


def _read(prediction: dict[str, Any]) -> Iterator[str]:
    yield from (warning["problem"] for warning in prediction["warnings"])
    if "reason" in prediction:
        yield prediction["reason"]
    yield from (option["why"] for option in (prediction["output"] or {}).get("options", ()))
    if explanation := prediction.get("explanation"):
        yield from (explanation[name] for name in ("sentence", "method", "against"))
        if other := explanation.get("counterfactual"):
            yield other["sentence"]


def _list_instances(model: Model) -> Iterator[Instance]:
    manifest = model.manifest
    yield from (case.instance for case in manifest.golden.cases)
    yield from (example.instance for example in manifest.examples)
    yield from ({}, "no object", {"unheard_of": 1})
    match manifest.input:
        case TabularInput() as spec:
            for values in _break_values(spec.features):
                yield model.example | values
        case SeriesInput() as spec:
            yield from _break_histories(spec, model.example[spec.field])
        case TextInput(field=field):
            yield from ({field: text} for text in _LINES)
        case ImageInput(field=field):
            yield from ({field: picture} for picture in _list_pictures())


def _break_values(features: Any) -> Iterator[dict[str, Any]]:
    for feature in features:
        for value in (None, "Xyz", 10**9, True):
            yield {feature.name: value}
        if isinstance(feature, Number):
            ends = (feature.hard_range, feature.training_range)
            yield from ({feature.name: end} for one in ends for end in (one.low, one.high))


def _break_histories(spec: SeriesInput, rows: list[dict[str, Any]]) -> Iterator[Instance]:
    *before, last = rows
    histories: list[Any] = [None, [], [last], [{}], ["no object"], rows * spec.max_rows]
    histories += [[*before, last | values] for values in _break_values(spec.features)]
    histories += [[*before, last | {"unheard_of": 1}], [*before, last | {"day": -20}]]
    yield from ({spec.field: history} for history in histories)


_LINES = (
    "", None, "C", "é", "CC)", "C(", "C]", "=C", "C=", "C1CC", "C" * 4097, "CCO", "OCC(O)CO",
    "c1ccccc1O", "C" * 120,
)  # fmt: skip


def _list_pictures() -> Iterator[str | None]:
    png = _draw(60, 60)
    yield from (None, "", "!", base64.b64encode(b"no picture").decode(), png, _draw(8, 8))
    yield base64.b64encode(base64.b64decode(png)[:-20]).decode()
    yield from (_draw(360, 363), _draw(600, 600), _draw(28, 28), _draw(28, 40))
    yield _draw(5000, 5000, "1")


def _draw(width: int, height: int, mode: str = "RGB") -> str:
    file = BytesIO()
    PIL.Image.new(mode, (width, height), 1 if mode == "1" else (200, 120, 150)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _list_drivers(model: Model) -> Iterator[str]:
    """What would drive every number of an answer, up and down, much and hardly at all."""
    spec = model.manifest.input
    names = [f"{f.name} 2 {f.unit}" for f in getattr(spec, "features", ()) if f.type == "number"]
    names = [*names, "C at position 3", "the bond at position 4", "[nH] at position 12"]
    for target in make_targets(model.manifest.output).targets:
        for unit, scale in ((target.unit, 1), ("d", 3000)):
            moved = dataclasses.replace(target, unit=unit, is_probability=scale == 1)
            for amounts in _AMOUNTS:
                parts = zip(names, (scale * amount for amount in amounts), strict=False)
                yield write_drivers(moved, list(parts), _AGAINST[spec.kind])


def list_refusals(client: TestClient) -> set[str]:
    """What is said of bodies that are no requests, and of addresses where there is nothing."""
    answers = [
        client.post("/models/survival/explain", content=body, headers=_JSON) for body in _BODIES
    ]
    answers += [
        client.post("/models/survival/predict", content=b"{}"),
        client.post("/models/survival/predict", content=b"{}", headers=_LATIN),
        client.post("/models/survival/predict", content=b"1" * 5_000_001, headers=_JSON),
        client.get("/models/none"),
        client.get("/models/survival/versions/0.0.0"),
        client.get("/nowhere"),
        client.put("/models"),
    ]
    errors = [answer.json() for answer in answers]
    return {text for error in errors for text in _list_problems(error)}


def _list_problems(error: dict[str, Any]) -> list[str]:
    return [error["error"], *(detail["problem"] for detail in error["details"])]


_AMOUNTS = ((0.3, 0.2, -0.1), (-0.3, -0.2, -0.1), (-0.3, 0.2, 0.1), (0.01,), (0.0,))
_JSON = {"content-type": "application/json"}
_LATIN = {"content-type": "application/json; charset=latin-1"}
_BODIES = (
    b"{", b"[]", b"{}", b'{"instances": []}', b'{"instances": [1], "other": 1}',
    b'{"instances": [1], "explain": false}',
    b'{"instances": [1], "explain": 1, "explain_seconds": 99, "coverage": 2, "force": 0}',
    b'{"instances": [' + b"1, " * 1000 + b"1]}",
)  # fmt: skip
