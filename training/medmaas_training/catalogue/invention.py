"""Golden cases that a draft leaves to be invented, within what it states of its input."""

from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from medmaas.model.manifest import Input
from medmaas_training.catalogue.refusals import RefusedError
from medmaas_training.kinds.inputs import describe_input

Tree = dict[str, Any]
_INPUT: TypeAdapter[Input] = TypeAdapter(Input)
_MOST = 20


def invent_cases(draft: Tree) -> Tree:
    """The draft with as many cases as `golden.invented` says, in its place.

    They are the same each time. Where the input is not stated yet, or cases are, nothing is
    invented: who reads the draft says what is missing.

    Raises:
        RefusedError: it is no number of cases.
    """
    golden = draft.get("golden")
    if not isinstance(golden, dict) or golden.get("invented") is None:
        return draft
    count = golden["invented"]
    if type(count) is not int or not 1 <= count <= _MOST:
        raise RefusedError([f"golden.invented must be a whole number from 1 to {_MOST}"])
    rest = {key: value for key, value in golden.items() if key != "invented"}
    if rest.get("cases"):
        raise RefusedError(["golden must state invented or cases, not both"])
    draw = np.random.default_rng(0)
    try:
        spec = _INPUT.validate_python(draft.get("input"))
    except ValidationError:
        return draft | {"golden": rest | {"cases": [{"instance": {}}]}}
    cases = [{"instance": describe_input(spec).invent(draw)} for _ in range(count)]
    return draft | {"golden": rest | {"cases": cases}}
