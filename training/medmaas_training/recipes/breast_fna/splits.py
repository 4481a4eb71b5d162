"""The cases that the classifier is fitted to and measured on, and those it should not answer.

A seed gives the same splits again, so a finished model is assessed on those that it was trained by.
"""

import numpy as np

from medmaas_training.assessment.splits import Cases, Groups, Splits, take_groups
from medmaas_training.classes.study import ClassStudy
from medmaas_training.tabular.out_of_distribution import make_wrong_units, shuffle_columns


def split_cases(study: ClassStudy) -> Splits:
    """Cases of a table of classes; the groups are the labels, and thirds of the first number.

    Out of distribution are the test cases in another unit, and with their columns shuffled.
    """
    table, split = study.table, study.split
    groups = _group_cases(study)
    train, calibration, test = (
        Cases(table.X[rows], table.y[rows], take_groups(groups, rows))
        for rows in (split.train, split.calibration, split.test)
    )
    wrong = make_wrong_units(study.spec, test.rows)
    wrong |= shuffle_columns(study.spec, test.rows, split.seed)
    return Splits(train, calibration, test, wrong)


def _group_cases(study: ClassStudy) -> Groups:
    table = study.table
    groups = {label: table.y == i for i, label in enumerate(table.labels)}
    if study.single in study.categories:
        return groups
    name, x = table.features[study.single], table.X[:, study.single]
    low, high = np.nanquantile(x[study.split.train], [1 / 3, 2 / 3])
    return groups | {
        f"{name} below {low:.4g}": x < low,
        f"{name} {low:.4g} to {high:.4g}": (low <= x) & (x < high),
        f"{name} {high:.4g} and over": x >= high,
    }
