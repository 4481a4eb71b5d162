"""The splits of a finished model, drawn again without training it.

A seed gives the same splits as the recipe had, so the rows here are those that fitted the model,
those that fitted nothing, and those that were only measured.
"""

import numpy as np

from medmaas.model.manifest import Boolean, ImageInput, TabularInput, TextInput
from training.assessment import foreign, foreign_pictures
from training.assessment.studied import Cases, Foreseen, Groups, Studied
from training.classes.study import ClassStudy
from training.dose.decisions import Decisions, simulate_decisions
from training.dose.myelosuppression import KLOFT
from training.image.data import ImageSet, Part
from training.smiles.evaluation import name_groups
from training.smiles.molecules import MoleculeTable, encode
from training.survival.study import Study
from training.tabular.datasets import Indices, Split

_COURSES = 2_000  # of each split: as many as the recipe tests on
_TRAIN_SEED, _TEST_SEED, _CALIBRATION_SEED = 1, 2, 8  # the recipe takes 1 to 7


def study_people(study: Study) -> Studied:
    """People whose survival is told, of FLCHAIN or of a table of one's own."""
    table, split = study.table, study.split
    groups = {**study.groups, **_group_marked(study)}
    train, calibration, test = (
        Cases(table.X[rows], table.outcome[rows], _take(groups, rows))
        for rows in (split.train, split.calibration, split.test)
    )
    return Studied(train, calibration, test, foreign.make_people(study.spec, test.rows))


def study_cases(study: ClassStudy) -> Studied:
    """Cases of a table of classes; the groups are the labels, and thirds of the first number."""
    table, split = study.table, study.split
    groups = _group_cases(study)
    train, calibration, test = (
        Cases(table.X[rows], table.y[rows], _take(groups, rows))
        for rows in (split.train, split.calibration, split.test)
    )
    return Studied(train, calibration, test, foreign.make_cases(study.spec, test.rows, split.seed))


def study_pictures(images: ImageSet, spec: ImageInput, seed: int) -> Studied:
    """Pictures by class; the calibration split also set the network's temperature."""

    def take(part: Part) -> Cases:
        rows = part.images if spec.layout == "NHWC" else part.images.transpose(0, 3, 1, 2)
        groups = {name: part.labels == i for i, name in enumerate(images.labels)}
        return Cases(rows, part.labels, groups)

    pictures = foreign_pictures.make_pictures(spec, seed)
    remark = "which also set one number of the network, its temperature"
    return Studied(take(images.train), take(images.val), take(images.test), pictures, remark)


def study_molecules(table: MoleculeTable, split: Split, spec: TextInput) -> Studied:
    """Molecules that the model reads; the calibration split took no part in the fit."""
    known = set(spec.alphabet)

    def take(rows: Indices) -> Cases:
        read = np.array(
            [
                row
                for row in rows
                if set(table.smiles[row]) <= known and len(table.smiles[row]) <= spec.max_length
            ],
            dtype=np.intp,
        )
        lines = [table.smiles[row] for row in read]
        codes = encode(lines, spec.alphabet, spec.max_length)
        return Cases(codes, table.y[read], name_groups(table, read))

    train, calibration, test = (take(r) for r in (split.train, split.calibration, split.test))
    return Studied(train, calibration, test, foreign.make_texts(spec, split.seed))


def study_courses(seed: int, courses: int = _COURSES) -> Studied:
    """Decisions of simulated courses: the first of those trained on, fresh ones, those tested on.

    Args:
        seed: of the model.
        courses: of each split.
    """
    train, calibration, test = (
        _foresee(simulate_decisions(KLOFT, courses, 10 * seed + of))
        for of in (_TRAIN_SEED, _CALIBRATION_SEED, _TEST_SEED)
    )
    histories = foreign.make_histories(test.rows, seed)
    remark = f"decisions of {courses:,} simulated courses drawn for this alone"
    return Studied(train, calibration, test, histories, remark)


def _foresee(decisions: Decisions) -> Cases:
    histories = decisions.histories()
    present = decisions.present()
    outcome = Foreseen(
        decisions.outcomes(), decisions.nadirs[present][..., 0], np.nonzero(present)[0]
    )
    doses = (histories[:, :, 4] > 0).sum(1)
    groups = {
        "before the first dose": doses == 0,
        "after one or two doses": (doses > 0) & (doses < 3),
        "after three doses or more": doses >= 3,
    }
    return Cases(histories, outcome, groups)


def _group_cases(study: ClassStudy) -> Groups:
    table = study.table
    groups = {label: table.y == i for i, label in enumerate(table.labels)}
    name, x = table.features[study.single], table.X[:, study.single]
    if not isinstance(study.spec, TabularInput) or study.single in study.categories:
        return groups
    low, high = np.nanquantile(x[study.split.train], [1 / 3, 2 / 3])
    return groups | {
        f"{name} below {low:.4g}": x < low,
        f"{name} {low:.4g} to {high:.4g}": (low <= x) & (x < high),
        f"{name} {high:.4g} and over": x >= high,
    }


def _group_marked(study: Study) -> Groups:
    """Who has what a boolean asks for, beside the study's own groups."""
    return {
        f"{feature.name} true": study.table.X[:, i] == 1
        for i, feature in enumerate(study.spec.features)
        if isinstance(feature, Boolean)
    }


def _take(groups: Groups, rows: Indices) -> Groups:
    return {name: members[rows] for name, members in groups.items()}
