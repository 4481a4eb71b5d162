"""Errors as OperationOutcomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmaas import errors
from medmaas.errors import InvalidRequestError, MedmaasError, Problem
from medmaas.fhir.outcome import write_outcome
from tests.fhir.judge import list_faults

_TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


def list_errors(kind: type[MedmaasError] = MedmaasError) -> list[type[MedmaasError]]:
    """Every error that is part of the interface."""
    return [kind, *(one for below in kind.__subclasses__() for one in list_errors(below))]


@pytest.mark.parametrize("kind", list_errors(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_form_in_fhir(kind: type[MedmaasError]) -> None:
    outcome = write_outcome(kind("what is wrong"))
    assert list_faults(outcome) == []
    (issue,) = outcome["issue"]
    assert issue["diagnostics"] == "what is wrong"


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
    assert write_outcome(error("what is wrong"))["issue"][0]["code"] == code


def test_a_problem_is_an_issue_with_its_place() -> None:
    where = "Bundle.entry[3].resource.valueQuantity.code"
    error = InvalidRequestError("nothing was evaluated", [Problem(None, where, "must be known")])
    told = write_outcome(error)["issue"][1]
    assert told["expression"] == [where]
    assert told["diagnostics"] == f"{where}: must be known"


@given(
    st.lists(
        st.builds(Problem, st.none(), st.none() | st.just("") | _TEXT, _TEXT),
        max_size=5,
    )
)
def test_whatever_the_problems_are_the_outcome_is_one_of_r4(problems: list[Problem]) -> None:
    assert list_faults(write_outcome(InvalidRequestError("nothing was evaluated", problems))) == []


def test_what_is_no_fhirpath_is_no_expression() -> None:
    problem = Problem(None, "a field; of a form", "must not be there")
    told = write_outcome(InvalidRequestError("no", [problem]))["issue"][1]
    assert "expression" not in told
    assert told["diagnostics"] == "a field; of a form: must not be there"


def test_of_very_many_problems_the_first_are_told_and_the_rest_are_counted() -> None:
    problems = [Problem(None, f"Bundle.entry[{i}]", "must be known") for i in range(20_000)]
    issues = write_outcome(InvalidRequestError("no", problems))["issue"]
    assert len(issues) == 102
    assert issues[-1]["diagnostics"] == "there are 19,900 more problems"
