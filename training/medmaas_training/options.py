"""What a recipe is asked to do, and what of it makes no sense together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medmaas.model.names import compose
from medmaas_training.errors import TrainingError
from medmaas_training.recipes import Recipe

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_REPORTS = Path("reports")


@dataclass(frozen=True)
class Options:
    """The command line, parsed.

    Attributes:
        data: a file in place of the recipe's own data.
        out: the models directory to write into.
        seed: draws the split, the folds, the initial weights and the bootstrap.
        id: what to call the model; without one, as the recipe.
        version: what to write the model as; without one, the next of those that `out` has.
        reports: the directory to write the report into.
        time: the column of `data` with the days of follow-up.
        event: the column of `data` that is 1 if follow-up ended with the event, 0 if before it.
        target: the column of `data` with the class.
    """

    data: Path | None
    out: Path
    seed: int
    id: str | None = None
    version: str | None = None
    reports: Path = _REPORTS
    time: str | None = None
    event: str | None = None
    target: str | None = None


def read_options(parsed: Mapping[str, Any]) -> Options:
    """The options of a command line, by name.

    Names of columns are in normal form C, as those of a table: a terminal may write é as two
    characters.
    """
    composed = {name: compose(text) for name, text in parsed.items() if isinstance(text, str)}
    return Options(**{**parsed, **composed})


def check_options(name: str, recipe: Recipe, options: Options) -> None:
    """Refuse options that a recipe does not take, or that need another.

    Raises:
        TrainingError: which, and what to do.
    """
    if options.id is not None and not _IDENTIFIER.fullmatch(options.id):
        raise TrainingError(
            "--id must be 1 to 64 lower-case letters, digits, - and _, and start with a letter"
        )
    if options.data and not recipe.takes_data:
        raise TrainingError(f"{name} simulates its data: leave --data out")
    takes = recipe.outcome
    named = [one for one in ("time", "event", "target") if getattr(options, one) is not None]
    untaken = [one for one in named if one not in takes]
    if untaken:
        also = " and ".join(f"--{one}" for one in takes)
        instead = f": its outcome is named by {also}" if takes else ""
        raise TrainingError(f"{name} takes no --{untaken[0]}{instead}")
    if named and not options.data:
        raise TrainingError(f"--{named[0]} names a column of --data: give the file too")
    absent = [one for one in takes if one not in named]
    if named and absent:
        raise TrainingError(f"--{named[0]} needs --{absent[0]}")
    if len(named) == 2 and options.time == options.event:
        raise TrainingError("--time and --event must name two columns")
    if options.data and not options.data.exists():
        raise TrainingError("--data: there is no such file")
