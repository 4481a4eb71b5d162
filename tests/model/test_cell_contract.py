"""What a manifest says of the cells of a file contradicts nothing."""

from typing import Any

import pytest
from pydantic import ValidationError

from medmaas.model.manifest import Boolean, Cells, Choice, Manifest
from medmaas.model.registry import Registry

NAMED: dict[str, Any] = {"name": "f", "description": "F."}


@pytest.mark.parametrize("limit", ["below", "above"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_limit_up_to_which_bounds_are_used_is_finite(limit: str, value: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        Cells.model_validate({limit: value})


@pytest.mark.parametrize(
    ("spellings", "problem"),
    [
        ({"female": "W"}, "must stand for choices"),
        ({"M": "F"}, "must not be a spelling of another"),
        ({"": "F"}, "at least 1 character"),
    ],
)
def test_a_spelling_of_a_choice_stands_for_one_and_is_no_other(
    spellings: dict[str, Any], problem: str
) -> None:
    assert Choice(choices=("F", "M"), spellings={"female": "F", "F": "F"}, **NAMED).spellings
    with pytest.raises(ValidationError, match=problem):
        Choice(choices=("F", "M"), spellings=spellings, **NAMED)


@pytest.mark.parametrize("word", ["1", "true", "YES", " yes ", "是", "\uff11"])
def test_a_spelling_of_true_or_false_contradicts_no_word_of_either(word: str) -> None:
    assert Boolean(spellings={word: True, "ja": True, "nein": False}, **NAMED).spellings
    with pytest.raises(ValidationError, match="must not contradict"):
        Boolean(spellings={word: False}, **NAMED)


@pytest.mark.parametrize("cells", [{"below": 0.5}, {"above": 20}])
def test_what_a_shield_rests_on_is_never_a_limit(registry: Registry, cells: dict[str, Any]) -> None:
    stated = registry.get("chemo_dose").manifest.model_dump(mode="json")
    by_name = {one["name"]: one for one in stated["input"]["features"]}
    by_name["wbc"]["cells"] = cells
    by_name["anc"]["cells"] = {"flags": True}
    Manifest.model_validate(stated)
    by_name["anc"]["cells"] = cells
    with pytest.raises(ValidationError, match="cells of anc must have no below and above"):
        Manifest.model_validate(stated)
