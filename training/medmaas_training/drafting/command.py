"""`medmaas draft`: reads, drafts, asks, writes, and lists what is missing."""

import shlex
import sys
from pathlib import Path

from medmaas.model.names import compose
from medmaas_training.drafting.asked import ask, find_open, name_place
from medmaas_training.drafting.opened import open_graph
from medmaas_training.drafting.seen import Question
from medmaas_training.drafting.table import Named, read_cases
from medmaas_training.drafting.whole import Drafted, draft_model, list_missing
from medmaas_training.drafting.written import write
from medmaas_training.errors import TrainingError

_HEAD = (
    "A draft by medmaas. What is null must be answered, what is marked QUESTION be looked at:",
    "`medmaas add` takes it then. No range is of a single person: at least 5, and 1 %, lie at or",
    "beyond either limit. What is invented is drawn value by value, and is nobody's row.",
)


def draft(
    model: Path,
    *,
    data: Path | None = None,
    target: str | None = None,
    time: str | None = None,
    event: str | None = None,
    unit: str | None = None,
    group: str | None = None,
    out: Path | None = None,
    interactive: bool = False,
) -> Path:
    """Write the draft of a model, and tell what it lacks.

    Args:
        model: path of the ONNX file.
        data: path of a table of past cases.
        target: its columns of the outcome, with commas between them.
        time: its column of follow-up.
        event: its column that says whether follow-up ended with the event.
        unit: of the follow-up, a key of `options.UNITS`.
        group: its column that says whose a row is.
        out: path of the YAML; without one, beside the model.
        interactive: whether what is missing is asked on the terminal.

    Returns:
        The path of the YAML.

    Raises:
        TrainingError: nothing was written, and why.
    """
    path = out or _find_place(model, data)
    if path.exists():
        raise TrainingError(f"{path.name} is there already: name another file by --out")
    target, time, event, group = (name and compose(name) for name in (target, time, event, group))
    named = Named(target, time, event, group, unit)
    if data is None and (target or time or event or group):
        raise TrainingError("--target, --time, --event and --group name columns of --data: give it")
    content = _read(model)
    opened = open_graph(content)
    table = read_cases(data, named) if data else None
    drafted = draft_model(opened, model.stem, table, model.resolve().parent)
    if interactive:
        ask(drafted.tree, input, print)
    try:
        path.write_text(write(drafted.tree, _list_all(drafted), _HEAD), encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"{path.name} cannot be written ({error.strerror})") from error
    print(f"drafted {path}")
    _report(drafted)
    measure = {"data": data, "target": target, "time": time, "unit": unit, "event": event}
    options = [*measure.items(), ("group", group)] if data else []
    more = [part for name, value in options if value for part in (f"--{name}", str(value))]
    print(f"Then: {shlex.join(['medmaas', 'add', str(model), str(path), *more])}")
    return path


def _find_place(model: Path, data: Path | None) -> Path:
    """Beside the model, and not where what the user knows of the table would be looked for."""
    path = model.with_suffix(".yaml")
    notes = data.with_suffix(".yaml") if data else None
    is_taken = notes is not None and notes.resolve() == path.resolve()
    return model.with_name(f"{model.stem}-draft.yaml") if is_taken else path


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path.name} cannot be read ({error.strerror})") from error


def _list_all(drafted: Drafted) -> list[Question]:
    """What rooms ask, and what the contract asks for."""
    asked = {question.place for question in drafted.questions}
    covered = [question.place for question in drafted.questions if question.covers]
    missing = {}
    for sentence in list_missing(drafted.tree):
        name, _, words = sentence.partition(" is missing: ")
        missing[name] = words
    open_places = [
        place
        for place in find_open(drafted.tree)
        if place not in asked and not any(place[: len(one)] == one for one in covered)
    ]
    more = [
        Question(place, missing[name_place(place)])
        for place in open_places
        if missing.get(name_place(place))
    ]
    return [*drafted.questions, *more]


def _report(drafted: Drafted) -> None:
    for clause in drafted.told:
        print(f"Note: {clause}.", file=sys.stderr)
    print("What only you know:")
    is_open = {*find_open(drafted.tree)}
    for question in _list_all(drafted):
        lacks = " is missing" if question.place in is_open else ""
        print(f"  {name_place(question.place)}{lacks}: {question.words}")
