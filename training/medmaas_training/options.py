"""What a recipe is asked to do, and what of it makes no sense together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medmaas.model.names import compose
from medmaas_training.errors import TrainingError
from medmaas_training.recipes import Recipe

UNITS = {
    "days": "d", "weeks": "wk", "months": "mo", "years": "a",
    "d": "d", "wk": "wk", "mo": "mo", "a": "a",
}  # fmt: skip
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_REPORTS = Path("reports")
_OUTCOME = ("time", "event", "target")
_TESTS = ("test", "split", "since", "leave_out")


@dataclass(frozen=True)
class SplitRule:
    """Which rows of a user's table are tested on, and which belong together; by chance if unsaid.

    Attributes:
        seed: of what chance draws.
        group: the column whose value rows of one person share.
        test: a file with the rows to test on.
        split: the column that says train, calibration or test.
        since: `COLUMN=VALUE`: rows from that date, year or number on are tested on.
        leave_out: a column of sites, of which whole ones are tested on; `COLUMN=VALUE` names them.
    """

    seed: int = 0
    group: str | None = None
    test: Path | None = None
    split: str | None = None
    since: str | None = None
    leave_out: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names, which are never learned from."""
        named = (self.group, self.split, *(cut_option(o)[0] for o in (self.since, self.leave_out)))
        return tuple(dict.fromkeys(column for column in named if column is not None))

    @property
    def decides(self) -> bool:
        """Whether it says who is tested on, so that it is not chance alone."""
        return any(getattr(self, name) is not None for name in _TESTS)


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
        time: the column of `data` with the follow-up.
        event: the column of `data` that says whether follow-up ended with the event, and after
            `=` the values that do, if they are others than 1, yes or true.
        target: the column of `data` with the class.
        positive: of two classes the one that figures are of.
        unit: of `time`, a key of `UNITS`.
        external: a file with cases from elsewhere, to measure on alone.
        group, test, split, since, leave_out: as in `SplitRule`.
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
    positive: str | None = None
    unit: str | None = None
    group: str | None = None
    test: Path | None = None
    split: str | None = None
    since: str | None = None
    leave_out: str | None = None
    external: Path | None = None

    @property
    def rule(self) -> SplitRule:
        """How the rows of a user's table are split."""
        return SplitRule(self.seed, self.group, self.test, self.split, self.since, self.leave_out)


def cut_option(text: str | None) -> tuple[str | None, str | None]:
    """`COLUMN=VALUE` as column and value; None for what is not there."""
    if text is None:
        return None, None
    column, equals, value = text.partition("=")
    return column, value if equals else None


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
    if options.external and not recipe.takes_external:
        raise TrainingError(f"{name} takes no --external: leave it out")
    takes = recipe.outcome
    named = [one for one in _OUTCOME if getattr(options, one) is not None]
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
    _check_details(name, recipe, options, named=bool(named))
    _check_columns(options)
    for file in ("data", "test", "external"):
        path = getattr(options, file)
        if path and not path.exists():
            raise TrainingError(f"--{file}: there is no such file")


def _check_details(name: str, recipe: Recipe, options: Options, *, named: bool) -> None:
    """What only a table of one's own can be asked, and how it is written."""
    given = [
        one for one in ("positive", "unit", "group", *_TESTS) if getattr(options, one) is not None
    ]
    for one in given:
        if one not in recipe.details:
            raise TrainingError(f"{name} takes no {_spell(one)}: leave it out")
        if not named:
            also = " and ".join(f"--{one}" for one in recipe.outcome)
            raise TrainingError(f"{_spell(one)} is for a table of your own: name {also} too")
    if options.unit is not None and options.unit not in UNITS:
        raise TrainingError(f"--unit must be one of {', '.join(UNITS)}")
    tests = [_spell(one) for one in given if one in _TESTS]
    if len(tests) > 1:
        raise TrainingError(f"{' and '.join(tests)} each say who is tested on: give one of them")
    if options.since is not None and not cut_option(options.since)[1]:
        raise TrainingError("--since needs COLUMN=VALUE, as in --since year=2015")
    for one in ("event", "leave_out"):
        if cut_option(getattr(options, one))[1] == "":
            raise TrainingError(f"{_spell(one)} needs a value after =")


def _check_columns(options: Options) -> None:
    event = cut_option(options.event)[0]
    if options.time is not None and options.time == event:
        raise TrainingError("--time and --event must name two columns")
    outcome = {options.time, event, options.target} - {None}
    for one in ("group", "split", "since", "leave_out"):
        if cut_option(getattr(options, one))[0] in outcome:
            raise TrainingError(f"{_spell(one)} must name another column than the outcome's")


def _spell(one: str) -> str:
    return f"--{one.replace('_', '-')}"
