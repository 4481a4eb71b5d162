"""What the card of a model of pictures says, and the pictures its golden cases are made of."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from medmaas.model.manifest import Card, Data, Example, ImageInput, Metric
from medmaas_training.classes.metrics import SENSITIVITY
from medmaas_training.figures import Own
from medmaas_training.image.data import BLOOD_CELLS, ImageSet, Part
from medmaas_training.recipes.blood_cell.drawn_cells import DRAWN_CELLS, draw_cell
from medmaas_training.recipes.card_parts import (
    DEVELOPER,
    STAGE,
    answer_attributes,
    count_few,
    open_findings,
    tell_figures,
)

TITLE = "Kind of a blood cell, from its picture"
NETWORK = "residual network (this model)"
UNCALIBRATED = "the same at temperature 1"
FOREST = "random forest on pixels"
MAJORITY = "shares of the train split, whatever the picture"
OWN: Own = {NETWORK: "model", UNCALIBRATED: "variant"}

# Invented pictures: a disc or two on a pale ground; ground, cell, nucleus and the cell's radius.
_DRAWN = (
    ((236, 205, 190), (206, 150, 180), (110, 60, 140), 0.38),
    ((232, 200, 196), (170, 190, 225), (90, 50, 135), 0.25),
    ((240, 210, 200), (225, 130, 120), (120, 70, 150), 0.33),
)
_AVERAGED = 20
_CROPPED = (360, 363)  # as the analyser of the source takes them


@dataclass(frozen=True)
class Run:
    """What this very training found out beside its figures.

    Attributes:
        seed: of the training.
        epochs: how often every picture of the train split was seen.
        temperature: found on the val split.
        leaks: pictures of the test split that are in the train split too.
        confusion: counts of the test split, [true class, class named].
    """

    seed: int
    epochs: int
    temperature: float
    leaks: int
    confusion: NDArray[np.int64]


def draw_golden(spec: ImageInput) -> tuple[dict[str, str], ...]:
    """Instances: two pictures of the size the graph takes, and one to be cut where there is a crop.

    Drawn, so that no person's cell is in a manifest.
    """
    exact = (spec.width, spec.height)
    sizes = (exact, exact, _CROPPED if spec.crop else exact)
    return tuple(
        {spec.field: _draw(size, drawn, spec.mode)}
        for size, drawn in zip(sizes, _DRAWN, strict=True)
    )


def average_golden(part: Part, spec: ImageInput, label: int) -> dict[str, str]:
    """The mean of the 20 pictures of a label that are nearest to its mean: nobody's cell.

    A drawn cell is unlike those that the model learned from, and so gets no answer.
    """
    pictures = part.images[part.labels == label].astype(float)
    apart = ((pictures - pictures.mean(axis=0)) ** 2).sum(axis=(1, 2, 3))
    mean = pictures[np.argsort(apart, kind="stable")[:_AVERAGED]].mean(axis=0)
    file = BytesIO()
    Image.fromarray(mean.round().astype(np.uint8)).save(file, "PNG")
    return {spec.field: base64.b64encode(file.getvalue()).decode("ascii")}


def list_examples(average: dict[str, str], disc: dict[str, str]) -> tuple[Example, ...]:
    """Pictures to try the model with, from two of its golden cases, and cells drawn for this.

    Args:
        average: the mean of pictures of erythroblasts.
        disc: what is no cell.
    """
    (field,) = average
    return (
        Example(title="erythroblast, the mean of twenty pictures", instance=average),
        *(
            Example(title=f"{name}, drawn", instance={field: draw_cell(cell)})
            for name, cell in DRAWN_CELLS.items()
        ),
        Example(title="a disc in a disc, which is no cell", instance=disc),
    )


def _draw(
    size: tuple[int, int], drawn: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], float],
    mode: str,
) -> str:  # fmt: skip
    ground, cell, nucleus, radius = drawn
    picture = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(picture)
    # in a picture that is cut to 200 of 360, the cell is as much smaller
    reach = radius * (min(size) if min(size) < min(_CROPPED) else 200)
    for share, colour in ((1.0, cell), (0.6, nucleus)):
        left, right = size[0] / 2 - reach * share, size[0] / 2 + reach * share
        top, bottom = size[1] / 2 - reach * share, size[1] / 2 + reach * share
        pen.ellipse((left, top, right, bottom), fill=colour)
    file = BytesIO()
    picture.convert(mode).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")


def make_card(images: ImageSet, metrics: Sequence[Metric], run: Run) -> Card:
    """The card, with the figures of this very run; what is special to blood cells only for them."""
    blood = images.labels == BLOOD_CELLS
    counts = np.bincount(_join_labels(images), minlength=len(images.labels))
    card = Card(
        developer=DEVELOPER if blood else "whoever trained the model, with medmaas",
        stage=STAGE,
        intended_use="Name the kind of the one blood cell in the middle of a picture."
        if blood
        else f"Tell which of {len(images.labels)} classes a picture belongs to.",
        intended_users="Laboratory staff and researchers who can look at the picture themselves."
        if blood
        else "Whoever trained the model, and those who know its data.",
        population=images.origin.population,
        decision_role="Informs; it sorts pictures for a person who looks at them."
        if blood
        else "Informs; a person decides.",
        out_of_scope=_state_scope(blood=blood),
        method=_state_method(images, run),
        data=Data(
            source=images.origin.source,
            licence=images.origin.licence,
            sha256=images.sha256,
            n=images.n,
            inclusion=images.origin.inclusion,
            cleaning=("none: pictures and labels are taken as given", _state_leaks(images, run)),
            demographics={
                "Classes": ", ".join(
                    f"{label} {count:,}" for label, count in zip(images.labels, counts, strict=True)
                ),
                "Age, sex, ethnicity": "not in the data",
            },
            split=images.describe_split(run.seed),
        ),
        findings=_state_findings(images, metrics, run, blood=blood),
        metrics=tuple(metrics),
        limits=_state_limits(images, blood=blood),
        references=_list_references(blood=blood),
        source_attributes={},
    )
    return answer_attributes(card, "probability of each class")


def name_confusions(confusion: NDArray[np.int64], labels: Sequence[str], most: int = 3) -> str:
    """The commonest mistakes, in words, from counts [true class, class named]."""
    wrong = confusion * (1 - np.eye(len(labels), dtype=np.int64))
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = [divmod(int(i), len(labels)) for i in order if wrong.flat[i]]
    return "; ".join(
        f"{labels[true]} named {labels[named]}: {wrong[true, named]} of {confusion[true].sum()}"
        for true, named in pairs
    )


def _state_scope(*, blood: bool) -> tuple[str, ...]:
    if not blood:
        return (
            "pictures taken, stained or cut otherwise than those it learned from",
            "deciding anything without a person who looks at the picture",
        )
    return (
        "blasts and other leukaemic cells, parasites, bone marrow: the model has none of these "
        "among its classes and names one of its own instead",
        "pictures of other stains, other magnifications, or with several cells in the middle",
        "differential counts without a person who looks at the pictures",
    )


def _join_labels(images: ImageSet) -> NDArray[np.int64]:
    """The classes of all pictures, [n]."""
    parts = (images.train, images.val, images.test)
    return np.concatenate([part.labels for part in parts])


def _state_method(images: ImageSet, run: Run) -> tuple[str, ...]:
    turned = (
        "turned by any angle and mirrored" if images.any_way_up else "turned by up to 10 degrees"
    )
    mirrored = (
        ", averaged over the picture and its three mirror images," if images.any_way_up else ""
    )
    blood = images.labels == BLOOD_CELLS
    chosen = (
        " Rate and augmentation were chosen on it too; an earlier version of the network was "
        "measured on the test split, and nothing was chosen by that."
        if blood
        else ""
    )
    return (
        "Inside the graph: pixels scaled by mean and deviation of the train split, a residual "
        f"network of five blocks{mirrored} and a temperature.",
        f"Trained for {run.epochs} epochs by AdamW in one cycle with smoothed labels, the weights "
        f"averaged over the last steps; every picture {turned}, shifted by up to a fourteenth, "
        "resized by up to a tenth, recoloured by up to a twentieth; more and more of them, and in "
        "the last fifth all, moved by whole pixels and quarter turns alone.",
        f"Calibrated by one temperature, {run.temperature:.2f}, which minimises the log loss of "
        "the calibration split (the data's val part)." + chosen,
        "The split is the data's own; the seed draws the weights, the order and the augmentation.",
    )


def _state_leaks(images: ImageSet, run: Run) -> str:
    return (
        f"leakage check: {run.leaks} of {len(images.test.labels):,} test pictures are in the train "
        "split too, byte for byte"
    )


def _state_findings(
    images: ImageSet, metrics: Sequence[Metric], run: Run, *, blood: bool
) -> tuple[str, ...]:
    findings = [
        *open_findings(metrics, count_few(_join_labels(images), images.test.labels, images.labels)),
        f"On {len(images.test.labels):,} held-out pictures: {tell_figures(metrics, NETWORK)}.",
    ]
    wrong = int(run.confusion.sum() - np.trace(run.confusion))
    if wrong:
        weakest = min((m for m in metrics if m.metric == SENSITIVITY), key=lambda m: m.value)
        findings.append(
            f"Wrong: {wrong}. Most often: {name_confusions(run.confusion, images.labels)}. Weakest "
            f"class: {weakest.group}, sensitivity {weakest.value:.4f} ({weakest.low:.4f} to "
            f"{weakest.high:.4f})."
        )
    if blood:
        findings.append(
            "Published for these cells at 28 pixels: ResNet-18, accuracy 0.958, AUC 0.998 (Yang et "
            "al. 2023), on BloodMNIST's own test split. The split of other data is another: the "
            "figures do not belong in one table."
        )
    return tuple(findings)


def _state_limits(images: ImageSet, *, blood: bool) -> tuple[str, ...]:
    common = (
        images.origin.limit,
        "The data name no patient: cells of one person may be on both sides of the split, and "
        "the figures are then too high for a person never seen."
        if blood
        else "Pictures of one person may be on both sides of the split: the figures are then too "
        "high for a person never seen.",
    )
    if not blood:
        return common
    return (
        *common,
        "28 pixels show neither granules nor chromatin as a microscope does; the model answers "
        "from shape and colour.",
        "Colour depends on stain and camera: measure on pictures of the own laboratory first.",
    )


def _list_references(*, blood: bool) -> tuple[str, ...]:
    method = (
        "He K et al. 2016, CVPR, 770-778, doi 10.1109/CVPR.2016.90",
        "Guo C et al. 2017, PMLR 70:1321-1330",
        "Yang J et al. 2023, Sci Data 10:41, doi 10.1038/s41597-022-01721-8",
    )
    if not blood:
        return method
    source = "Acevedo A et al. 2020, Data in Brief 30:105474, doi 10.1016/j.dib.2020.105474"
    return (source, *method)
