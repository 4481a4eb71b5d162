"""An error as an OperationOutcome: https://hl7.org/fhir/R4/operationoutcome.html."""

import re
from typing import Any

from medmaas.errors import MedmaasError, Problem

_MOST_ISSUES = 100
# https://hl7.org/fhir/R4/valueset-issue-type.html
_CODES = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    412: "required",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    503: "transient",
}
_FHIRPATH = re.compile(r"[A-Za-z]\w*(?:\[\d+\])?(?:\.[A-Za-z]\w*(?:\[\d+\])?)*")


def write_outcome(error: MedmaasError) -> dict[str, Any]:
    """The resource; an issue for the sentence, and one for each problem, with its place."""
    code = _CODES.get(error.status, "exception")
    issues = [{"severity": "error", "code": code, "diagnostics": error.message}]
    issues += [_write_issue(code, problem) for problem in error.details[:_MOST_ISSUES]]
    return {"resourceType": "OperationOutcome", "issue": issues}


def _write_issue(code: str, problem: Problem) -> dict[str, Any]:
    issue: dict[str, Any] = {"severity": "error", "code": code, "diagnostics": problem.problem}
    if problem.field and _FHIRPATH.fullmatch(problem.field):
        issue["expression"] = [problem.field]
    return issue
