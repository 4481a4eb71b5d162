"""The people that the model is fitted to and measured on, and those it should not answer.

A seed gives the same splits again, so a finished model is assessed on those that it was trained by.
"""

from typing import Any

import numpy as np

from medmaas.model.manifest import Boolean, TabularInput
from medmaas_training.assessment.splits import Array, Cases, Groups, Splits, take_groups
from medmaas_training.survival.study import Study
from medmaas_training.tabular.out_of_distribution import Instances, make_wrong_units, name_values

_LIGHT_CHAINS = ("kappa", "lambda")


def split_people(study: Study) -> Splits:
    """People whose survival was observed, of FLCHAIN or of a table of one's own."""
    table, split = study.table, study.split
    groups = {**study.groups, **_group_marked(study)}
    train, calibration, test = (
        Cases(table.X[rows], table.outcome[rows], take_groups(groups, rows))
        for rows in (split.train, split.calibration, split.test)
    )
    return Splits(train, calibration, test, find_out_of_distribution(study.spec, test.rows))


def find_out_of_distribution(spec: TabularInput, test: Array) -> Instances:
    """Of FLCHAIN: the test people as children, and with light chains in mg/L for mg/dL."""
    names = [feature.name for feature in spec.features]
    if not {"age", *_LIGHT_CHAINS} <= set(names):
        return make_wrong_units(spec, test)
    children, wrong = test.copy(), test.copy()
    children[:, names.index("age")] = np.arange(len(test)) % 18
    wrong[:, [names.index(name) for name in _LIGHT_CHAINS]] *= 10
    return {
        "children, 0 to 17 years": _name_all(spec, children),
        "light chains in mg/L entered as mg/dL": _name_all(spec, wrong),
    }


def _name_all(spec: TabularInput, rows: Array) -> list[dict[str, Any]]:
    return [name_values(spec.features, row) for row in rows]


def _group_marked(study: Study) -> Groups:
    """Who has what a boolean asks for, beside the study's own groups."""
    return {
        f"{feature.name} true": study.table.X[:, i] == 1
        for i, feature in enumerate(study.spec.features)
        if isinstance(feature, Boolean)
    }
