"""A new version of a model in 8 or 4 bits: measured against the one before, or not written."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from medmaas.errors import MedmaasError
from medmaas.model.manifest import (
    GRAPH,
    Card,
    Explanation,
    Manifest,
    StandardisedDistance,
    Uncertainty,
)
from medmaas.model.manifest.figures import TESTED
from medmaas.model.manifest.translations import keep_texts
from medmaas.model.registry import Registry
from medmaas.model.session import Session
from medmaas.words import ENGLISH
from medmaas_training.catalogue.folder import describe_artefact, place_model, read_more
from medmaas_training.catalogue.golden import record
from medmaas_training.catalogue.probes.alone import check_made_rows
from medmaas_training.catalogue.probes.made import Tensors
from medmaas_training.catalogue.probes.neighbours import settle_rows
from medmaas_training.catalogue.quantisation.comparison import (
    Comparison,
    Limits,
    compare,
    require_gain,
    time_calls,
)
from medmaas_training.catalogue.quantisation.graph import (
    Method,
    choose_method,
    quantise_graph,
    require_floats,
)
from medmaas_training.catalogue.quantisation.rows import collect_rows, read_known
from medmaas_training.catalogue.versions import choose_version, find_folder
from medmaas_training.errors import TrainingError


def quantise(
    model_id: str,
    *,
    out: Path,
    source: str | None = None,
    version: str | None = None,
    method: Method | None = None,
    data: Path | None = None,
    limits: Limits | None = None,
    clock: Callable[[], float] = perf_counter,
) -> tuple[Path, str]:
    """Write a new version of a model, in 8 or 4 bits.

    Args:
        model_id: of a model in `out`.
        out: the models directory.
        source: the version that is quantised; None for the newest.
        version: to write; None for the minor version that follows.
        method: None for what suits the graph.
        data: a JSON file of instances, as `medmaas predict` takes it: they calibrate and measure,
            and are not kept. None for golden cases, examples and rows that are made.
        limits: beyond which nothing is written.
        clock: what time it is, in seconds.

    Returns:
        The folder that was written, and how it differs, in a sentence.

    Raises:
        TrainingError: nothing was written: it differs too much, got slower or larger, or cannot be.
    """
    folder = find_folder(out, model_id, source)
    if folder is None:
        raise TrainingError(f"nothing was written: there is no {out / model_id / (source or '')}")
    named = choose_version(out, model_id, version)
    try:
        before = Registry(out).get(model_id, folder.name)
    except MedmaasError as error:
        raise TrainingError(f"nothing was written: {ENGLISH.say(error.fact)}") from error
    content = (folder / GRAPH).read_bytes()
    require_floats(content)
    calibration, measured, of = collect_rows(before, folder, data)
    chosen = method or choose_method(content)
    calibrated = f"{len(calibration)} {'rows of data' if data else of}"
    written = quantise_graph(content, chosen, calibration)
    manifest, known = before.manifest, read_known(before, folder)
    written = settle_rows(written, manifest.input, manifest.output.tensors, known)
    session = Session(written)
    check_made_rows(session, manifest.input, manifest.output, known)
    largest, mean, agreement, rows = compare(before, session, measured)
    seconds = time_calls(before.session, session, measured[0], clock)
    sizes = (len(content), len(written))
    comparison = Comparison(rows, of, largest, mean, agreement, sizes, seconds)
    require_gain(comparison, limits or Limits(), chosen)
    card = _tell(manifest, chosen, comparison, calibrated)
    told = _settle(_state(manifest, named, session, written, card), session, known)
    return place_model(out, told, written, more=read_more(folder, manifest)), comparison.describe()


def _state(old: Manifest, version: str, session: Session, content: bytes, card: Card) -> Manifest:
    """The manifest of the new version, but for golden cases."""
    return old.model_copy(
        update={
            "version": version,
            "created": datetime.now(UTC).date(),
            "artefact": describe_artefact(content, session),
            "parity": None,
            "explanation": old.explanation and _keep_explanation(old.explanation),
            "uncertainty": old.uncertainty and _keep_uncertainty(old.uncertainty, old.version),
            "card": card,
        }
    )


def _settle(manifest: Manifest, session: Session, known: Tensors) -> Manifest:
    """With golden cases as the new graph answers them, and words for texts that are left."""
    golden = [case.instance for case in manifest.golden.cases]
    rows = {name: tensor[: len(golden)] for name, tensor in known.items()}
    cases = tuple(record(session, rows, golden, manifest.tensors, manifest.output))
    shown = manifest.model_copy(update={"translations": {}})
    told = {
        "golden": manifest.golden.model_copy(update={"cases": cases}),
        "translations": keep_texts(manifest.translations, *shown.__dict__.values()),
    }
    return manifest.model_copy(update=told)  # it is checked where it is written


def _keep_uncertainty(stated: Uncertainty, version: str) -> Uncertainty | None:
    """What depends on the instance alone; intervals and embedded distances are of other answers."""
    is_of_instance = isinstance(stated.distance, StandardisedDistance)
    if not is_of_instance and stated.most_missing is None:
        return None
    return stated.model_copy(
        update={
            "method": f"No intervals: those of version {version} were measured on other answers. "
            "What an instance holds is judged as there.",
            "intervals": None,
            "largest_set": None,
            "distance": stated.distance if is_of_instance else None,
        }
    )


def _keep_explanation(stated: Explanation) -> Explanation:
    """How, and against what; importance and trials are of other answers."""
    nothing = {"importance": (), "dependence": (), "faithfulness": (), "trial": None}
    return stated.model_copy(update=nothing)


def _tell(old: Manifest, method: Method, found: Comparison, calibrated: str) -> Card:
    card, was = old.card, f"{old.id} {old.version}"
    own = [one for one in card.metrics if one.of == "model"]
    own.sort(
        key=lambda one: one.cohort not in TESTED
    )  # a card without a model leads with the first
    figures = (
        *(
            one.model_copy(update={"of": "variant", "model": f"{one.model} ({was}, not quantised)"})
            for one in own
        ),
        *(one for one in card.metrics if one.of != "model"),
    )
    how = {
        "dynamic": "weights of 8 bits, activations scaled at each call",
        "static": f"weights and activations of 8 bits, calibrated by {calibrated}",
        "4-bit": "weights of 4 bits in blocks of 32",
    }[method]
    measured = found.describe()
    return card.model_copy(
        update={
            "metrics": figures,
            "calibration": (),
            "coverage": (),
            "method": (*card.method, f"Quantised by ONNX Runtime from {was}: {how}."),
            "findings": (*card.findings, f"Compared with {was}: {measured}."),
            "limits": (
                f"The figures of this card are of {was}. This version was compared with it on "
                f"{found.rows:,} {found.of}, and with no outcome: on other rows it may differ "
                "more.",
                f"Intervals, calibration, and distances within the network of {was} are left out: "
                "they were measured on other answers. Thresholds and limits were chosen there, "
                "too.",
                *card.limits,
            ),
        }
    )
