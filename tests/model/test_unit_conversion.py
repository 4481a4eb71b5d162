"""Values arrive in the model's unit, or not at all."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas.model.units import UnitError, convert, list_units
from tests.conftest import ROOT

FACTORS = json.loads((ROOT / "tests" / "reference" / "units.json").read_text())
CREATININE = 113.12


@pytest.mark.parametrize("pair", FACTORS)
def test_factors_are_those_of_an_independent_tool(pair: str) -> None:
    code, to = pair.split(" to ")
    assert convert(1.0, code, to) == pytest.approx(FACTORS[pair], rel=1e-12)


@given(
    st.sampled_from(sorted(FACTORS)),
    st.floats(min_value=-1e6, max_value=1e6, allow_subnormal=False),
)
def test_there_and_back_is_the_same_value(pair: str, value: float) -> None:
    code, to = pair.split(" to ")
    assert convert(convert(value, code, to), to, code) == pytest.approx(value, rel=1e-12, abs=1e-9)


def test_a_decimal_stays_the_decimal_it_is() -> None:
    assert convert(12.3, "mg/L", "mg/dL") == 1.23
    assert convert(7100, "/uL", "10*9/L") == 7.1


def test_an_amount_becomes_a_mass_by_its_molar_mass() -> None:
    assert convert(88.4, "umol/L", "mg/dL", CREATININE) == pytest.approx(1.0, abs=1e-4)
    assert convert(1.0, "mg/dL", "umol/L", CREATININE) == pytest.approx(88.4, abs=0.01)


@pytest.mark.parametrize(
    "code",
    [
        "", "mg", "mmol/L", "mg/", "/", ".", "mg//dL", "mg dL", "(mg/dL)", "µg/dL", "MG/DL", "mg/0",
        "thousand/uL", "10*99.10*99.10*99.10*99.mg/dL", "x" * 10_000, "(" * 60, "K", "mg/dL{",
        "10*",
    ],
)  # fmt: skip
def test_a_code_that_cannot_be_converted_is_refused_and_not_repeated(code: str) -> None:
    with pytest.raises(UnitError) as refusal:
        convert(1.0, code, "mg/dL")
    assert len(code) < 3 or code not in f"{refusal.value} {refusal.value.fact}"


@given(st.text(max_size=70), st.floats(allow_nan=False, allow_infinity=False))
def test_any_text_is_converted_or_refused(code: str, value: float) -> None:
    with suppress(UnitError):
        assert isinstance(convert(value, code, "mg/dL"), float)


@pytest.mark.parametrize("code", ["mg/dL", "10*9/L", "10*3/uL", "kg", "m", "U/L", "mmol/L"])
def test_the_usual_units_are_listed_with_factors_as_they_convert(code: str) -> None:
    factors = list_units(code, CREATININE)
    assert next(iter(factors.items())) == (code, 1)
    for unit, factor in factors.items():
        assert factor == pytest.approx(convert(1.0, unit, code, CREATININE), rel=1e-12)
        assert 1e-4 <= factor <= 1e4
        if known := FACTORS.get(f"{unit} to {code}"):
            assert factor == pytest.approx(known, rel=1e-12)


def test_units_are_listed_only_of_the_same_quantity() -> None:
    assert list_units("kg") == {"kg": 1, "g": 0.001, "[lb_av]": 0.45359237}
    assert list_units("cm") == {"cm": 1, "m": 100, "[in_i]": 2.54}
    assert list_units("U/L") == {"U/L": 1}
    assert "umol/L" not in list_units("mg/dL")


@pytest.mark.parametrize("code", ["1", "a", "d", "%", "score", "log10(mol/L)"])
def test_what_has_no_other_unit_is_listed_alone(code: str) -> None:
    assert list_units(code) == {code: 1}
