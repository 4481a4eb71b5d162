"""The splits of a recipe's model, by the options that it was trained with."""

from medmaas.model.manifest import ImageInput, Input, TextInput
from training.assessment.people import (
    study_cases,
    study_courses,
    study_molecules,
    study_people,
    study_pictures,
)
from training.assessment.studied import Studied
from training.classes.own import make_own_study as make_own_classes
from training.image.data import read_images
from training.options import Options
from training.recipes.breast_fna import make_wisconsin_study
from training.recipes.survival import make_flchain_study
from training.smiles.molecules import read_molecules, split_molecules
from training.survival.own import make_own_study as make_own_survival


def restudy(recipe: str, options: Options, spec: Input) -> Studied:
    """What the model of a recipe was fitted to, and what it never saw.

    Args:
        recipe: one of the recipes' names.
        options: as they were when the model was trained.
        spec: of the finished model's input.

    Raises:
        TrainingError: the data cannot be read.
    """
    data, seed = options.data, options.seed
    match recipe, spec:
        case "blood_cell", ImageInput():
            return study_pictures(read_images(data, own=spec.crop is None), spec, seed)
        case "solubility", TextInput():
            table = read_molecules(data, options.target)
            return study_molecules(table, split_molecules(table.canonical, seed), spec)
        case "chemo_dose", _:
            return study_courses(seed)
    return _restudy_table(recipe, options)


def _restudy_table(recipe: str, options: Options) -> Studied:
    data, seed = options.data, options.seed
    if recipe == "survival":
        if data and options.time and options.event:
            return study_people(make_own_survival(data, options.time, options.event, seed))
        return study_people(make_flchain_study(data, seed))
    if recipe == "breast_fna":
        if data and options.target:
            return study_cases(make_own_classes(data, options.target, seed))
        return study_cases(make_wisconsin_study(data, seed))
    raise ValueError("no recipe of that name reads such an input")
