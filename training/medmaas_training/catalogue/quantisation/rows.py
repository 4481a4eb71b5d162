"""Rows that calibrate a quantised graph, and rows that it is measured on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from medmaas.errors import MedmaasError
from medmaas.model.body import read_request
from medmaas.model.registry import Model
from medmaas.words import ENGLISH
from medmaas_training.catalogue.folder import read_more
from medmaas_training.catalogue.golden import read_instances
from medmaas_training.catalogue.probes.inputs import make_rows
from medmaas_training.catalogue.probes.made import SEED, Tensors
from medmaas_training.errors import TrainingError

_FEWEST_ROWS = 20  # of --data
_MOST_ROWS, _MOST_SLOW = 512, 48  # measured, the second where rows go through the graph one by one
_MOST_CALIBRATION = 64


def collect_rows(
    model: Model, folder: Path, data: Path | None
) -> tuple[list[Tensors], list[Tensors], str]:
    """Rows to calibrate by, one each, rows to measure on, and whose these are.

    Args:
        model: that is quantised.
        folder: of it.
        data: a JSON file of instances, half of which calibrate; None for rows that are made.

    Raises:
        TrainingError: the file cannot be read, or holds too few or other instances.
    """
    most = _MOST_SLOW if model.session.at_least == 1 else _MOST_ROWS
    if data is None:
        known = read_known(model, folder)
        made = [one.tensors for one in make_rows(model.manifest.input, known) if not one.may_fail]
        sets = [known, *made]
        each = max(1, most // len(sets))
        measured = [_thin(rows, each) for rows in sets]
        alike = [rows for rows in measured if _fit(rows, known)]
        calibration = [row for rows in alike for row in _split(rows) if _is_whole(row)]
        of = "rows that are golden cases, examples or made, nobody's"
        return calibration[:_MOST_CALIBRATION], measured, of
    rows = _read_data(model, folder, data)
    half = count(rows) // 2
    order = np.random.default_rng(SEED).permutation(count(rows))
    first, second = order[:half][:_MOST_CALIBRATION], order[half:][:most]
    calibration = [*_split({name: tensor[first] for name, tensor in rows.items()})]
    measured = [{name: tensor[second] for name, tensor in rows.items()}]
    return calibration, measured, "rows of data that did not calibrate it"


def read_known(model: Model, folder: Path) -> Tensors:
    """Golden cases, then examples, as the graph takes them."""
    manifest = model.manifest
    instances = [case.instance for case in manifest.golden.cases]
    instances += [example.instance for example in manifest.examples]
    return read_instances(instances, manifest.input, files=read_more(folder, manifest))


def _read_data(model: Model, folder: Path, data: Path) -> Tensors:
    try:
        sent, _ = read_request(data.read_bytes())
    except OSError as error:
        raise TrainingError(f"{data.name} cannot be read ({error.strerror})") from error
    except MedmaasError as error:
        raise TrainingError(f"{data.name}: {ENGLISH.say(error.fact)}") from error
    instances: list[Any] = sent  # what is no object is refused where it is read
    if len(instances) < _FEWEST_ROWS:
        raise TrainingError(
            f"{data.name} has {len(instances)} instances, and half of them calibrate: give at "
            f"least {_FEWEST_ROWS}, or leave out --data"
        )
    files = read_more(folder, model.manifest)
    return read_instances(instances, model.manifest.input, "instance", files)


def _is_whole(row: Tensors) -> bool:
    """Whether there is no NaN in it, of which no scale could be made."""
    return not any(np.isnan(tensor).any() for tensor in row.values() if tensor.dtype.kind == "f")


def _split(rows: Tensors) -> Iterator[Tensors]:
    for at in range(count(rows)):
        yield {name: tensor[at : at + 1] for name, tensor in rows.items()}


def _thin(rows: Tensors, most: int) -> Tensors:
    chosen = np.random.default_rng(SEED).permutation(count(rows))[:most]
    return {name: tensor[chosen] for name, tensor in rows.items()}


def _fit(rows: Tensors, others: Tensors) -> bool:
    return all(rows[name].shape[1:] == others[name].shape[1:] for name in others)


def count(rows: Tensors) -> int:
    """How many there are."""
    return len(next(iter(rows.values())))
