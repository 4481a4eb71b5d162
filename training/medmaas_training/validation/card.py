"""What a card says of a validation set: who measured what on whom, and what could not be."""

from collections.abc import Sequence
from typing import Any

from medmaas.model.manifest import Card, Metric
from medmaas.model.manifest.card import Data
from medmaas_training.catalogue.draft import UNWRITTEN_FINDINGS
from medmaas_training.catalogue.source_attributes import state_external
from medmaas_training.comparisons import name_gain, state_comparisons
from medmaas_training.validation.measurement import Validation
from medmaas_training.validation.request import Request

_TO_COME = "to be measured"


def leave_open(tree: dict[str, Any]) -> dict[str, Any]:
    """A draft whose figures and findings may be left out, because they are about to be measured."""
    card = tree.get("card")
    if not isinstance(card, dict):
        return tree
    metric = Metric(
        metric=_TO_COME, model=_TO_COME, evaluated_on=_TO_COME, n=1, value=0, low=0, high=0
    )
    left = {"metrics": [metric.model_dump()], "findings": [_TO_COME], "limits": [_TO_COME]}
    unsaid: tuple[object, ...] = (None, [], (), [UNWRITTEN_FINDINGS])
    stated = {name: value for name, value in card.items() if value not in unsaid}
    return tree | {"card": left | stated | _leave_split_open(card.get("data"))}


def _leave_split_open(data: object) -> dict[str, Any]:
    """The data of a card on which nobody tested the model before."""
    split = data.get("split") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(split, dict) or split.get("test"):
        return {}
    return {"data": data | {"split": split | {"test": 1, "by": _TO_COME}}}


def complete_card(card: Card, validation: Validation, request: Request) -> Card:
    """The card with what was measured, before what its draft states."""
    measured = validation.measured
    stated = [metric for metric in card.metrics if metric.metric != _TO_COME]
    told = _state_findings(validation)
    method = (*card.method, describe_measurement(validation, request))
    update = {
        "data": _complete_split(card.data, validation, request),
        "method": method,
        "metrics": (*measured.metrics, *stated),
        "calibration": (*measured.calibration, *card.calibration),
        "coverage": (*measured.coverage, *card.coverage),
        "findings": (*told, *_keep(card.findings)),
        "limits": (*validation.told, *_keep(card.limits))
        or ("What of its limits is known, the figures say.",),
    }
    completed = card.model_copy(update=update)
    attributes = dict(completed.source_attributes)
    if attributes:
        attributes["Known risks and limitations"] = " ".join(completed.limits)
    return state_external(completed.model_copy(update={"source_attributes": attributes}))


def _complete_split(data: Data, validation: Validation, request: Request) -> Data:
    """Who fitted the model, as its author says, and who calibrated and tested it here."""
    if data.split.by != _TO_COME:
        return data
    found, (one, other) = validation.validated, validation.halves
    if not validation.naming.is_halved:
        one = other = found.people
    by = f"its author, who fitted it; those who calibrate and test it are of {request.called}"
    split = data.split.model_copy(update={"calibration": one, "test": other, "by": by})
    return data.model_copy(update={"split": split})


def describe_measurement(validation: Validation, request: Request) -> str:
    """Who measured on whom, in a sentence or two."""
    found, by = validation.validated, request.by or "whoever added the model"
    whose = "" if found.people == found.n else f" of {found.people} people"
    where = (
        "people from another place or time than those it was trained on"
        if request.is_elsewhere
        else "people whom nobody said to be from elsewhere than those it was trained on"
    )
    one, other = validation.halves
    how = (
        f"intervals and limits come of {one} people, drawn by seed {request.seed}, and figures of "
        f"the {other} others"
        if validation.naming.is_halved
        else "intervals and limits come of all of them, and were measured on each fifth by what "
        "the others taught"
    )
    return (
        f"It was trained elsewhere. {by[:1].upper()}{by[1:]} measured it with medmaas on "
        f"{request.called}, {found.n} rows{whose}, {where}: {how}. The rows are not kept."
    )


def _state_findings(validation: Validation) -> list[str]:
    metrics = validation.measured.metrics
    told = state_comparisons(
        [one for one in metrics if not one.against or one.metric.startswith(name_gain(""))]
    )
    if told:
        return told
    if not validation.validated.is_known:
        return ["How good its answers are was not measured: no outcome was known."]
    return ["The figures say how good its answers are; there was no simpler model to compare with."]


def _keep(sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(sentence for sentence in sentences if sentence != _TO_COME)
