"""When blood is drawn between two doses, as it is in practice: often not at all."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Counts of one patient's cycles, besides the one before each dose, which is always there.

    Attributes:
        name: with the day of the dose as day 1, as protocols count.
        draws: of each count the first and the last day that it is planned for; the dose is on 0.
        missed: share of the planned counts that are not taken.
        late: share of the others that are taken one to three days late.
    """

    name: str
    draws: tuple[tuple[int, int], ...]
    missed: float = 0.1
    late: float = 0.0


MOST_LATE = 3  # days
LAST_DRAW = 18  # day; what would be later is not taken, for the count before the next dose is near
_EIGHT, _FIFTEEN = (6, 8), (13, 15)
_TWICE_WEEKLY = (3, 4), _EIGHT, (10, 11), _FIFTEEN, (17, 18)
_GAPS = {"missed": 0.35, "late": 0.25}

SCHEDULES = (
    Schedule("day 1 only", ()),
    Schedule("days 1 and 8", (_EIGHT,)),
    Schedule("days 1, 8 and 15", (_EIGHT, _FIFTEEN)),
    Schedule("days 1, 8 and 15, with gaps", (_EIGHT, _FIFTEEN), **_GAPS),
    Schedule("twice weekly", _TWICE_WEEKLY),
    Schedule("twice weekly, with gaps", _TWICE_WEEKLY, **_GAPS),
    Schedule("five counts through the nadir", ((5, 6), (7, 8), (9, 10), (11, 13), (14, 16))),
)
