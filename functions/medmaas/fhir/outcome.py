"""An error as an OperationOutcome: https://hl7.org/fhir/R4/operationoutcome.html."""

import re
from typing import Any

from medmaas.errors import MedmaasError, Problem
from medmaas.facts import Fact
from medmaas.words import Words

_MOST_ISSUES = 100
_SYSTEM = "https://github.com/medmaas/medmaas/blob/main/docs/protocols.md#codes-of-issues"
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
_FHIRPATH = re.compile(r"[A-Za-z]\w*(?:\[\d+\])?(?:\.[A-Za-z]\w*(?:\[\d+\])?)*", re.ASCII)


def write_outcome(error: MedmaasError, words: Words) -> dict[str, Any]:
    """The resource; an issue for the sentence, and one for each problem, with its place."""
    code = _CODES.get(error.status, "exception")
    issues = [_write_issue(code, error.fact, words)]
    issues += [_tell_problem(code, problem, words) for problem in error.details[:_MOST_ISSUES]]
    more = len(error.details) - _MOST_ISSUES
    if more > 0:
        issues.append(_write_issue(code, Fact("more_problems", count=more), words))
    return {"resourceType": "OperationOutcome", "issue": issues}


def _tell_problem(code: str, problem: Problem, words: Words) -> dict[str, Any]:
    if not problem.field:
        return _write_issue(code, problem.fact, words)
    fact = Fact("of_field", field=problem.field, problem=problem.fact)
    issue = _write_issue(code, fact, words)
    if _FHIRPATH.fullmatch(problem.field):
        issue["expression"] = [problem.field]
    return issue


def _write_issue(code: str, fact: Fact, words: Words) -> dict[str, Any]:
    return {
        "severity": "error",
        "code": code,
        "details": {"coding": [{"system": _SYSTEM, "code": _find_code(fact)}]},
        "diagnostics": words.say(fact),
    }


def _find_code(fact: Fact) -> str:
    """The code of a problem, and not that of the sentence that only names its field."""
    problem = fact.limits.get("problem")
    return _find_code(problem) if isinstance(problem, Fact) else fact.code
