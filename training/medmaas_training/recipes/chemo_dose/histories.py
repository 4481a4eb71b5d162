"""Invented histories of blood counts and doses: nobody's, not even a simulated patient's."""

from typing import Any

from medmaas.model.manifest import Example


def _row(day: float, *counts: float | None, dose: float | None = None, gcsf: bool = False) -> Any:  # noqa: ANN401 - JSON
    named = dict(zip(("anc", "platelets", "wbc"), counts, strict=False))
    return {"day": day} | named | ({} if dose is None else {"dose": dose, "gcsf": gcsf})


GOLDEN = (
    {"history": [_row(-7, 4.8, 230, 7.1), _row(0, 5.2, 245, 7.4)]},
    {
        "history": [
            _row(-28, 3.9, 210, 5.8),
            _row(-21, 3.6, 205, 5.5, dose=1.0),
            _row(-13, 0.2, 150, 1.6),
            _row(-6, 2.4, 160, 4.2),
            _row(0, 4.1, 220, 6.0),
        ]
    },
    {
        "history": [
            _row(-49, 6.0, None, 8.3),
            _row(-42, 5.5, 260, None, dose=1.0),
            _row(-33, None, 180, 2.9),
            _row(-21, 5.1, None, None),
            _row(-20, dose=0.75, gcsf=True),
            _row(-12, 2.2, 190, 4.0),
            _row(-1, 7.0, 240, 9.2),
        ]
    },
    {
        "history": [
            _row(-28, 3.1, 180, 5.2),
            _row(-21, 2.8, 170, 5.0, dose=0.75),
            _row(-12, 0.3, 90, 1.7),
            _row(-5, 0.6, 95, 2.4),
            _row(0, 0.8, 110, 2.9),
        ]
    },
)

EXAMPLES = (
    Example(title="before the first dose", instance=GOLDEN[0]),
    Example(
        title="after three cycles, the last one with G-CSF",
        instance={
            "history": [
                _row(-68, 5.6, 240, 8.1),
                _row(-63, 5.4, 240, 8.0, dose=1.0),
                _row(-58, 3.0, 205, 5.1),
                _row(-55, 0.3, 173, 1.8),
                _row(-52, 0.5, 180, 2.4),
                _row(-48, 3.3, 216, 5.7),
                _row(-42, 5.2, 232, 7.7, dose=0.75),
                _row(-37, 2.9, 197, 4.9),
                _row(-34, 0.5, 173, 2.0),
                _row(-31, 0.9, 180, 2.7),
                _row(-27, 3.2, 216, 5.4),
                _row(-21, 5.0, 224, 7.4, dose=0.75, gcsf=True),
                _row(-16, 2.7, 189, 4.7),
                _row(-13, 1.2, 173, 2.7),
                _row(-10, 1.9, 180, 3.8),
                _row(-6, 3.1, 216, 5.2),
                _row(0, 4.8, 216, 7.2),
            ]
        },
    ),
    Example(
        title="two full doses, counts on days 1 and 9",
        instance={
            "history": [
                _row(-43, 6.1, 265, 8.8),
                _row(-42, 6.0, 262, 8.6, dose=1.0),
                _row(-34, 1.9, 222, 3.6),
                _row(-21, 5.8, 258, 8.4, dose=1.0),
                _row(-13, 2.0, 218, 3.8),
                _row(0, 5.9, 255, 8.5),
            ]
        },
    ),
    Example(
        title="two full doses, counts on day 1 only",
        instance={
            "history": [
                _row(-45, 4.4, 240, 7.0),
                _row(-42, 4.2, 238, 6.8, dose=1.0),
                _row(-21, 4.0, 236, 6.6, dose=1.0),
                _row(0, 4.1, 240, 6.7),
            ]
        },
    ),
    Example(
        title="three weeks after a full dose, neutrophils not back",
        instance={
            "history": [
                _row(-26, 3.4, 215, 5.3),
                _row(-21, 3.2, 210, 5.0, dose=1.0),
                _row(-16, 1.6, 180, 3.2),
                _row(-13, 0.2, 150, 1.6),
                _row(-10, 0.2, 148, 1.7),
                _row(-6, 0.5, 170, 2.2),
                _row(0, 0.9, 195, 2.9),
            ]
        },
    ),
)
