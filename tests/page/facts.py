"""What the models that ship say of good and of broken input: every fact that the page shows."""

import base64
import dataclasses
import json
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

import PIL.Image
from fastapi.testclient import TestClient

from medmaas.errors import MedmaasError, Problem
from medmaas.facts import Fact
from medmaas.model.explanation.drivers import name_drivers
from medmaas.model.manifest import ImageInput, Number, SeriesInput, TabularInput, TextInput
from medmaas.model.options import Options
from medmaas.model.outputs import make_targets
from medmaas.model.predict import predict
from medmaas.model.registry import Model
from tests.model.judged import judged_by, unsure

_EXPLAINED = Options(explain=True, explain_seconds=0.3)
_FORCED = Options(force=True)
_AGAINST = {
    "tabular": Fact("average_patient"),
    "series": Fact("same_history_without_it"),
    "text": Fact("line_without_it"),
    "image": Fact("golden_cases"),
}
Instance = Any
Told = dict[str, Any]  # {"code", "limits"}


def list_facts(model: Model) -> list[Told]:
    """All that is told of answers, explanations and refusals, as JSON has it, once each."""
    return _once(fact.as_json() for fact in _list_facts(model))


def read_fact(told: Any) -> Any:
    """The fact of its JSON."""
    match told:
        case {"code": str(code), "limits": dict(limits)}:
            return Fact(code, **{name: read_fact(value) for name, value in limits.items()})
        case list():
            return [read_fact(one) for one in told]
        case _:
            return told


def _once(told: Iterable[Told]) -> list[Told]:
    texts = {json.dumps(one, sort_keys=True) for one in told}
    return [json.loads(text) for text in sorted(texts)]


def _list_facts(model: Model) -> Iterator[Fact]:
    for instance in _list_instances(model):
        yield from _ask(model, [instance], _FORCED)
        yield from _ask(model, [instance], _EXPLAINED)
    if isinstance(model.manifest.input, TabularInput | SeriesInput):
        strict = judged_by(model, unsure(most_missing=0))
        for instance in _list_instances(model):
            yield from _ask(strict, [instance], Options())
    good = model.example
    yield from _ask(model, [good] * 51, _EXPLAINED)
    yield from _ask(model, [good], Options(coverage=0.5))
    yield from _ask(judged_by(model, None), [good], Options(coverage=0.9))
    yield from _list_drivers(model)


def _ask(model: Model, instances: list[Instance], options: Options) -> Iterator[Fact]:
    try:
        yield from _find_facts(list(predict(model, instances, options)))
    except MedmaasError as error:
        yield from (error.fact, *(detail.fact for detail in error.details))


def _find_facts(tree: Any) -> Iterator[Fact]:
    match tree:
        case Fact():
            yield tree
        case Problem(fact=fact):
            yield fact
        case dict():
            yield from _find_facts(list(tree.values()))
        case list():
            for one in tree:
                yield from _find_facts(one)


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


def _list_drivers(model: Model) -> Iterator[Fact]:
    """What would drive every number of an answer, up and down, much and hardly at all."""
    spec = model.manifest.input
    names = [
        Fact("feature_value", feature=f.name, value=Fact("value", value=2, unit=f.unit))
        for f in getattr(spec, "features", ())
        if f.type == "number"
    ]
    names = [
        *names,
        Fact("at_position", symbol="C", position=3),
        Fact("bond_at_position", position=4),
        Fact("at_position", symbol="[nH]", position=12),
    ]
    for target in make_targets(model.manifest.output).targets:
        for unit, scale in ((target.unit, 1), ("d", 3000)):
            moved = dataclasses.replace(target, unit=unit, is_probability=scale == 1)
            for amounts in _AMOUNTS:
                parts = zip(names, (scale * amount for amount in amounts), strict=False)
                yield name_drivers(moved, list(parts), _AGAINST[spec.kind])


def list_refusals(client: TestClient) -> list[Told]:
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
    told = [one for error in errors for one in (error, *error["details"])]
    return _once({"code": one["code"], "limits": one["limits"]} for one in told)


_AMOUNTS = ((0.3, 0.2, -0.1), (-0.3, -0.2, -0.1), (-0.3, 0.2, 0.1), (0.01,), (0.0,))
_JSON = {"content-type": "application/json"}
_LATIN = {"content-type": "application/json; charset=latin-1"}
_BODIES = (
    b"{", b"[]", b"{}", b'{"instances": []}', b'{"instances": [1], "other": 1}',
    b'{"instances": [1], "explain": false}',
    b'{"instances": [1], "explain": 1, "explain_seconds": 99, "coverage": 2, "force": 0}',
    b'{"instances": [' + b"1, " * 1000 + b"1]}",
)  # fmt: skip
