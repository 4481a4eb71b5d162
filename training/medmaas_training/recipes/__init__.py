"""One folder per model: all that is its own, and nothing that another model needs.

- `survival/`, `breast_fna/`, `blood_cell/`, `chemo_dose/` and `solubility/` make the models that
  ship; all but `chemo_dose/` also learn from a user's data.
- In each, the recipe reads top to bottom: data, network, fit, evaluate, export. Beside it are the
  splits and the inputs that the model should not answer, the words of the card, and those in
  other languages (English has names that people write otherwise).
- What several cards say: card_parts.py; own_card.py where the data are a user's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

SPLITS = ("group", "test", "split", "since", "leave_out")


@dataclass(frozen=True)
class Recipe:
    """What the command line must know of a recipe before its libraries are loaded.

    Attributes:
        about: what it learns from what, for the help.
        outcome: the options that name the columns of the outcome of a user's table.
        details: the options that say more of such a table.
        takes_data: whether there may be data in place of its own.
        takes_external: whether there may be cases from elsewhere, to measure on.
    """

    about: str
    outcome: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    takes_data: bool = True
    takes_external: bool = False


def find_recipes() -> Mapping[str, Recipe]:
    """Every recipe by its name, which is that of its folder here."""
    folders = [module.name for module in iter_modules(__path__) if module.ispkg]
    return {name: import_module(f"{__name__}.{name}").RECIPE for name in folders}
