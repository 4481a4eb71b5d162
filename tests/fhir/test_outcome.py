"""Errors as OperationOutcomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas import errors
from medmaas.errors import InvalidRequestError, MedmaasError, Problem
from medmaas.facts import Fact
from medmaas.fhir.outcome import write_outcome
from medmaas.fhir.record import refuse
from medmaas.words import ENGLISH
from tests.conftest import ROOT
from tests.fhir.judge import list_faults

_TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)
_FACT = st.builds(lambda text: Fact("inconvertible_unit", to=text), _TEXT)


def list_errors(kind: type[MedmaasError] = MedmaasError) -> list[type[MedmaasError]]:
    """Every error that is part of the interface."""
    return [kind, *(one for below in kind.__subclasses__() for one in list_errors(below))]


@pytest.mark.parametrize("kind", list_errors(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_form_in_fhir(kind: type[MedmaasError]) -> None:
    outcome = write_outcome(kind("body_not_json"), ENGLISH)
    assert list_faults(outcome) == []
    (issue,) = outcome["issue"]
    assert issue["diagnostics"].startswith("the body is not JSON")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.MalformedBodyError, "structure"),
        (errors.InvalidCallError, "structure"),
        (errors.UnauthorisedError, "login"),
        (errors.ForbiddenError, "forbidden"),
        (errors.NotFoundError, "not-found"),
        (errors.MethodNotAllowedError, "not-supported"),
        (errors.MissingPrefetchError, "required"),
        (errors.TooLargeError, "too-long"),
        (errors.UnsupportedMediaTypeError, "not-supported"),
        (errors.InvalidRequestError, "processing"),
        (errors.ModelOutputError, "exception"),
        (errors.ModelUnavailableError, "transient"),
    ],
)
def test_the_code_follows_from_the_status(error: type[MedmaasError], code: str) -> None:
    assert write_outcome(error("body_not_json"), ENGLISH)["issue"][0]["code"] == code


def test_a_problem_is_an_issue_with_its_place() -> None:
    where = "Bundle.entry[3].resource.valueQuantity.code"
    told = write_outcome(refuse(where, "inconvertible_unit", to="mg/dL"), ENGLISH)["issue"][1]
    assert told["expression"] == [where]
    sentence = "must be in a unit that can be converted to mg/dL"
    assert told["diagnostics"] == f"{where}: {sentence}"


def test_an_issue_carries_the_code_of_what_is_wrong() -> None:
    of_field = Fact("of_field", field="kappa", problem=Fact("required"))
    outcome = write_outcome(refuse("Bundle.entry[3].resource", of_field), ENGLISH)
    codings = [coding for issue in outcome["issue"] for coding in issue["details"]["coding"]]
    assert [coding["code"] for coding in codings] == ["record_refused", "required"]
    (system,) = {coding["system"] for coding in codings}
    page, _, anchor = system.partition("#")
    headings = (ROOT / page.partition("/main/")[2]).read_text().splitlines()
    assert f"### {anchor.replace('-', ' ').capitalize()}" in headings


@given(
    st.lists(
        st.builds(Problem, st.none(), st.none() | st.just("") | _TEXT, _FACT),
        max_size=5,
    )
)
def test_whatever_the_problems_are_the_outcome_is_one_of_r4(problems: list[Problem]) -> None:
    outcome = write_outcome(InvalidRequestError("record_refused", problems), ENGLISH)
    assert list_faults(outcome) == []


def test_what_is_no_fhirpath_is_no_expression() -> None:
    told = write_outcome(refuse("a field; of a form", "required"), ENGLISH)["issue"][1]
    assert "expression" not in told
    assert told["diagnostics"] == "a field; of a form: is required"


def test_of_very_many_problems_the_first_are_told_and_the_rest_are_counted() -> None:
    problems = [Problem(None, f"Bundle.entry[{i}]", Fact("required")) for i in range(20_000)]
    issues = write_outcome(InvalidRequestError("record_refused", problems), ENGLISH)["issue"]
    assert len(issues) == 102
    assert issues[-1]["diagnostics"] == "there are 19,900 more problems"
