"""What a user says of a validation set, on the command line."""

import argparse
import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medmaas.model.names import compose
from medmaas_training.errors import TrainingError

UNNAMED = "validation set"
_LONGEST = 60  # characters of a name that figures are called by


@dataclass(frozen=True)
class Request:
    """A validation set, and what is asked of it.

    Attributes:
        data: a table, or a folder or zip with one and the files that its rows name.
        targets: columns of the outcome, each with the label or value that it is of, if that is
            said after `=`.
        spelled: by what the file says, the label that it means.
        time, event, unit: of survival, as `medmaas train` has them.
        group: the column whose value rows of one person share.
        subgroups: columns of those to look at apart, as sites are.
        called: what figures call the set.
        by: who measured.
        is_elsewhere: whether its people are from another place or time than those trained on.
        recalibrates: whether probabilities may be made truer inside the graph.
        seed: of every draw.
        encoding, missing: how the file is written, as `medmaas batch` has them.
    """

    data: Path
    targets: tuple[tuple[str, str | None], ...] = ()
    spelled: Mapping[str, str] | None = None
    time: str | None = None
    event: str | None = None
    unit: str | None = None
    group: str | None = None
    subgroups: tuple[str, ...] = ()
    called: str = UNNAMED
    by: str | None = None
    is_elsewhere: bool = False
    recalibrates: bool = False
    seed: int = 0
    encoding: str | None = None
    missing: tuple[str, ...] = ()


def add_validation(parser: argparse.ArgumentParser) -> None:
    """The options that describe a validation set, alike for all that measures on one."""
    own = parser.add_argument_group("a validation set: past cases whose outcome is known")
    own.add_argument(
        "--data",
        type=Path,
        help="rows as `medmaas batch` reads them, with columns of the outcome; or a folder or zip "
        "with such a table and the files that its rows name by `key`",
    )
    own.add_argument(
        "--target",
        action="append",
        metavar="COLUMN[,COLUMN...]",
        help="of the outcome; of several labels or values one each, as COLUMN=LABEL where it is "
        "called otherwise; of masks the column with the names of their PNG files",
    )
    own.add_argument(
        "--spelled",
        action="append",
        metavar="VALUE=LABEL",
        help="what a value of --target means, as in M=malignant",
    )
    own.add_argument("--time", help="survival: the length of follow-up")
    own.add_argument("--event", metavar="EVENT[=VALUE,...]", help="survival: as in medmaas train")
    own.add_argument("--unit", help="survival: of --time, one of days, weeks, months, years")
    own.add_argument("--group", metavar="COLUMN", help="rows of one value are one person's")
    own.add_argument(
        "--subgroup",
        "--site",
        dest="subgroup",
        action="append",
        metavar="COLUMN[,COLUMN...]",
        help="people of one value are looked at apart",
    )
    own.add_argument("--called", metavar="NAME", help="what figures call the set, as 2026, North")
    own.add_argument("--by", metavar="NAME", help="who measured, for the card")
    own.add_argument(
        "--elsewhere",
        action="store_true",
        help="its people are from another place or time than those who trained the model",
    )
    own.add_argument("--seed", type=int, default=0, help="of every draw (default: %(default)s)")
    own.add_argument("--encoding", help="of the file, as in medmaas batch")
    own.add_argument("--missing", action="append", metavar="WORD", help="as in medmaas batch")


def read_request(parsed: Mapping[str, Any]) -> Request | None:
    """What a parsed command line asks for; None without --data.

    Raises:
        TrainingError: an option needs another, or says nothing.
    """
    if parsed.get("data") is None:
        for name in ("target", "time", "event", "group", "subgroup", "called", "spelled", "by"):
            if parsed.get(name):
                raise TrainingError(f"--{name} is of a validation set: name that with --data")
        if parsed.get("recalibrate"):
            raise TrainingError("--recalibrate needs a validation set: name that with --data")
        return None
    if not parsed["data"].exists():
        raise TrainingError("--data: there is no such file or folder")
    called = compose(" ".join((parsed.get("called") or UNNAMED).split()))
    if not 0 < len(called) <= _LONGEST or not called.isprintable():
        raise TrainingError(f"--called must be a name of at most {_LONGEST} characters")
    return Request(
        data=parsed["data"],
        targets=tuple(_cut(one) for one in _split(parsed.get("target"))),
        spelled=dict(_pair(one) for one in parsed.get("spelled") or ()),
        time=_compose(parsed.get("time")),
        event=_compose(parsed.get("event")),
        unit=parsed.get("unit"),
        group=_compose(parsed.get("group")),
        subgroups=tuple(_split(parsed.get("subgroup"))),
        called=called,
        by=parsed.get("by"),
        is_elsewhere=bool(parsed.get("elsewhere")),
        recalibrates=bool(parsed.get("recalibrate")),
        seed=parsed.get("seed") or 0,
        encoding=parsed.get("encoding"),
        missing=tuple(parsed.get("missing") or ()),
    )


def _split(options: list[str] | None) -> list[str]:
    """Names of columns that commas part; one that holds a comma stands in quotation marks."""
    found: list[str] = []
    for option in options or ():
        found += [compose(name.strip()) for name in next(csv.reader([option]), [])]
    return [name for name in found if name]


def _cut(column: str) -> tuple[str, str | None]:
    name, equals, of = column.partition("=")
    return name, of if equals else None


def _pair(option: str) -> tuple[str, str]:
    value, equals, label = option.partition("=")
    if not (value and equals and label):
        raise TrainingError("--spelled needs VALUE=LABEL, as in M=malignant")
    return compose(value.strip()), compose(label.strip())


def _compose(text: str | None) -> str | None:
    return None if text is None else compose(text)
