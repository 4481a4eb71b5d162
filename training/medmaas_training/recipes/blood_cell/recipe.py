"""Which kind of blood cell a picture shows; or any classes of one's own pictures.

In: --data, an NPZ in MedMNIST's layout; nothing ships with the packages. Without --id it is taken
for BloodMNIST's cells, with --id for pictures of one's own (see image/data.py).
Out: models/blood_cell/<version>/, or models/<id>/<version>/, and the report.
The split is the NPZ's own: train fits, val sets the temperature, test measures; image/clusters.py
makes one in which no test picture has its nearest neighbour in train. A seed gives the
same weights again on as many threads of the same kind of processor.
"""

import numpy as np
import torch
from rich.console import Console
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import confusion_matrix

from medmaas.model.manifest import (
    FEWEST_TRIED,
    ClassesOutput,
    Crop,
    Example,
    ImageInput,
    Input,
)
from medmaas_training.assessment.assess import CERTAINTY, REASONS, assess
from medmaas_training.assessment.splits import Splits
from medmaas_training.catalogue.versions import choose_version
from medmaas_training.classes.metrics import (
    TEST,
    Floats,
    measure_each_class,
    measure_test,
)
from medmaas_training.errors import TrainingError
from medmaas_training.export import Identity, convert_torch, refuse_other_data, write_model
from medmaas_training.image.data import ImageSet, read_images
from medmaas_training.image.network import calibrate, fit, predict
from medmaas_training.options import Options
from medmaas_training.progress import begin, plan
from medmaas_training.recipes.blood_cell.card import (
    FOREST,
    MAJORITY,
    NETWORK,
    OWN,
    TITLE,
    UNCALIBRATED,
    Run,
    average_golden,
    draw_golden,
    list_examples,
    make_card,
)
from medmaas_training.recipes.blood_cell.sections import draw_sections
from medmaas_training.recipes.blood_cell.splits import split_pictures
from medmaas_training.recipes.own_card import LICENCE
from medmaas_training.report.page import conclude

_ID = "blood_cell"
_EXAMPLE = 2  # erythroblast: the mean of its pictures looks like one
INPUT, OUTPUT = "pixels", "probabilities"
_PICTURES_SEEN = 480_000  # what the training is long enough for
_EPOCHS = (5, 60)
_PICTURES_PER_TREE = 10_000


def run(options: Options) -> None:
    """Read, fit, calibrate, evaluate, assess, export, report."""
    torch.use_deterministic_algorithms(mode=True)
    # nothing reads memory before it writes it; torch's types leave the setting out
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    model_id = options.id or _ID
    images = read_images(options.data, own=model_id != _ID)
    title, licence = TITLE, "Apache-2.0"
    if model_id != _ID:
        title, licence = f"{model_id}: one of {len(images.labels)} classes", LICENCE
    version = choose_version(options.out, model_id, options.version)
    identity = Identity(model_id, version, title, licence, options.seed)
    refuse_other_data(options.out, identity, images.sha256)
    leaks = images.count_leaks()
    if leaks:
        Console(stderr=True).print(
            f"Warning: {leaks} of {len(images.test.labels)} test pictures are in the train part "
            "too, byte for byte: the figures are too good by that much.",
            style="yellow",
            markup=False,
            highlight=False,
        )

    epochs = choose_epochs(len(images.train.labels))
    plan(estimate_seconds(images, epochs))
    begin("Training the network", tracks=1)
    network, curves = fit(
        images.train,
        images.val,
        classes=len(images.labels),
        any_way_up=images.any_way_up,
        epochs=epochs,
        seed=options.seed,
        parts=1 if model_id == _ID else 2,  # as the model that ships was trained
    )
    uncalibrated = predict(network, images.test.images).astype(float)
    temperature = calibrate(network, images.val)
    calibrated = predict(network, images.test.images).astype(float)
    begin("Fitting the baselines")
    probabilities = {NETWORK: calibrated, UNCALIBRATED: uncalibrated}
    probabilities |= fit_baselines(images, options.seed)
    begin("Resampling the test split", tracks=1 + len(images.labels))
    y = images.test.labels
    metrics = measure_test(y, probabilities, own=OWN, seed=options.seed)
    metrics += measure_each_class(
        y, calibrated, images.labels, model=NETWORK, evaluated_on=TEST, seed=options.seed
    )

    spec = describe_input(images, cropped=model_id == _ID)
    output, golden = ClassesOutput(tensor=OUTPUT, labels=images.labels), draw_golden(spec)
    examples: tuple[Example, ...] = ()
    if model_id == _ID:
        golden = (average_golden(images.train, spec, _EXAMPLE), *golden)
        examples = list_examples(golden[0], golden[1])
    found = assess(
        convert_torch(network, torch.from_numpy(images.test.images[:2]), OUTPUT, input_name=INPUT),
        spec,
        output,
        golden,
        split_pictures(images, spec, options.seed),
        seed=options.seed,
    )
    confusion = confusion_matrix(y, calibrated.argmax(1), labels=range(len(images.labels)))
    ran = Run(options.seed, epochs, temperature, leaks, confusion)
    card = found.complete(make_card(images, metrics, ran))
    written = write_model(
        options.out,
        identity,
        found.graph,
        spec=found.spec,
        output=output,
        trained=lambda rows: predict(network, rows),
        test_rows=images.test.images,
        golden=golden,
        card=card,
        examples=examples,
        uncertainty=found.uncertainty,
        explanation=found.explanation,
    )
    sections = draw_sections(images, calibrated, curves, confusion, metrics)
    conclude(options.reports, written, version, sections, found.sections)


def choose_epochs(n: int) -> int:
    """Fewer for more pictures, so that a training takes about as long whatever their number."""
    low, high = _EPOCHS
    return max(low, min(high, round(_PICTURES_SEEN / n)))


def estimate_seconds(images: ImageSet, epochs: int) -> dict[str, float]:
    """About how long each stage takes on two processors, as with 4,700 grey pictures of 28 x 28."""
    n, area = len(images.train.labels), min(1.0, images.side / 28) ** 2
    tried = min(FEWEST_TRIED, len(images.test.labels))
    return {
        "Training the network": 0.0017 * n * epochs * area,
        "Fitting the baselines": 0.001 * n,
        "Resampling the test split": 11,
        CERTAINTY: 6,
        REASONS: 14 + 0.3 * tried * area,
    }


def fit_baselines(images: ImageSet, seed: int) -> dict[str, Floats]:
    """Probabilities of the test split by a forest of 200 trees, and by the train split's shares."""
    train, test = images.train, images.test
    forest = RandomForestClassifier(
        200,
        min_samples_leaf=2,
        max_samples=min(_PICTURES_PER_TREE, len(train.labels)),
        n_jobs=-1,
        random_state=seed,
    )
    forest.fit(train.images.reshape(len(train.images), -1), train.labels)
    shares = np.bincount(train.labels) / len(train.labels)
    return {
        FOREST: forest.predict_proba(test.images.reshape(len(test.images), -1)),
        MAJORITY: np.tile(shares, (len(test.labels), 1)),
    }


def describe_input(images: ImageSet, *, cropped: bool) -> ImageInput:
    """One picture; a blood cell's is cut from the analyser's 360 x 363 as the data were."""
    what = "One blood cell, in the middle" if cropped else "The picture"
    return ImageInput(
        tensor=INPUT,
        description=f"{what}: a PNG or JPEG file in base64.",
        height=images.side,
        width=images.side,
        mode="RGB" if images.channels == 3 else "L",
        crop=Crop(side=200, of=360) if cropped else None,
        resample="bicubic",
    )


def make_splits(options: Options, spec: Input) -> Splits:
    """The splits of a finished model, by the options that it was trained with."""
    if not isinstance(spec, ImageInput):
        raise TrainingError("--id: that model does not read pictures")
    return split_pictures(read_images(options.data, own=spec.crop is None), spec, options.seed)
