"""Golden cases: what a graph answers to invented instances, held against the user's own model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.model.inputs import Files, make_input
from medmaas.model.manifest import (
    Golden,
    GoldenCase,
    Input,
    Output,
    Parity,
)
from medmaas.model.session import Session
from medmaas.words import ENGLISH
from medmaas_training.catalogue.draft import GoldenDraft
from medmaas_training.catalogue.refusals import RefusedError
from medmaas_training.kinds.outputs import describe_output

Tensors = dict[str, NDArray[Any]]
_NONE: Files = {}


def read_instances(
    instances: Sequence[dict[str, Any]],
    spec: Input,
    what: str = "golden case",
    files: Files = _NONE,
) -> Tensors:
    """Instances as the graph's input, n rows.

    Args:
        instances: as a request holds them.
        spec: of the input.
        what: they are, for the refusal.
        files: that the input is read with, by name.

    Raises:
        RefusedError: what a request with them would be refused for.
    """
    reading = make_input(spec, files).read(instances)
    if reading.problems:
        raise RefusedError(
            f"{what} {problem.instance}: {problem.field or 'instance'} {ENGLISH.say(problem.fact)}"
            for problem in reading.problems
        )
    return dict(reading.tensors)


def record(
    session: Session,
    rows: Tensors,
    instances: Sequence[dict[str, Any]],
    names: Sequence[str],
    output: Output,
) -> list[GoldenCase]:
    """What the graph answers to rows [n, ...] in the outputs of these names.

    As much of it as `output` records.

    Raises:
        RefusedError: it fails on them, or does not give one row for each.
    """
    try:
        # twice, because many a graph takes any number of rows and breaks on more than one
        outputs = session.run({name: np.concatenate([rows[name]] * 2) for name in rows})
    except ModelOutputError as error:
        raise RefusedError(
            [
                "the graph fails on the golden cases, several rows at once: export it with a "
                "dynamic first dimension"
            ]
        ) from error
    wrong = [name for name in names if outputs[name].shape[:1] != (2 * len(instances),)]
    if wrong:
        raise RefusedError([f"the graph does not give one row of {wrong[0]} for each row it takes"])
    taken = {name: [output.sample(name, row) for row in outputs[name]] for name in names}
    if not all(np.isfinite(row).all() for rows in taken.values() for row in rows):
        raise RefusedError(["the graph gives a number that is not finite for a golden case"])
    return [
        GoldenCase(
            instance=instance,
            outputs={name: tuple(map(float, taken[name][i])) for name in names},
        )
        for i, instance in enumerate(instances)
    ]


def check_golden(
    draft: GoldenDraft,
    rows: Tensors,
    output: Output,
    session: Session,
    also: Sequence[str] = (),
) -> tuple[Golden, Parity | None]:
    """The cases with the graph's answers, and how far these are from the answers they came with.

    Args:
        draft: the cases.
        rows: their instances, as `read_instances` gives them.
        output: of the model.
        session: of its graph.
        also: outputs of the graph besides those that the answer is made of.

    Raises:
        RefusedError: an answer is not of the stated kind, or further than the tolerance from what
            the user's own model gave.
    """
    instances = [case.instance for case in draft.cases]
    cases = record(session, rows, instances, (*output.tensors, *also), output)
    sentences, differences = [], []
    description = describe_output(output)
    for index, (given, case) in enumerate(zip(draft.cases, cases, strict=True)):
        numbers = np.array(case.outputs[output.tensors[0]])
        sentences += [f"golden case {index}: {s}" for s in description.check_answer(numbers)]
        for name, whole in (given.outputs or {}).items():
            answer = case.outputs.get(name)
            expected = output.take(name, whole)
            if answer is None:
                sentences.append(
                    f"golden case {index}: {name} is not an output of the answer, which is made of "
                    f"{', '.join(output.tensors)}"
                )
            elif len(answer) != len(expected):
                sentences.append(
                    f"golden case {index}: {name} has {len(expected)} numbers, the graph gives "
                    f"{len(answer)}"
                )
            else:
                differences.append(
                    (index, name, float(np.abs(np.subtract(answer, expected)).max()))
                )
    sentences += [
        f"golden case {index}: {name} differs by {apart:.1e} from what the graph gives, more than "
        f"golden.tolerance {draft.tolerance:g}: export the graph again, or raise the tolerance if "
        "the outputs were rounded"
        for index, name, apart in differences
        if not apart <= draft.tolerance
    ]
    if sentences:
        raise RefusedError(sentences)
    golden = Golden(tolerance=draft.tolerance, cases=tuple(cases))
    if not differences:
        return golden, None
    return golden, Parity(
        rows=len({index for index, _, _ in differences}),
        rows_of="the golden cases",
        largest_difference=max(apart for _, _, apart in differences),
        tolerance=draft.tolerance,
    )
