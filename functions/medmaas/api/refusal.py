"""The one table of errors: how each protocol is told what went wrong."""

from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

from medmaas.errors import MedmaasError
from medmaas.facts import Fact
from medmaas.words import Words, place_problem

_MOST_TOLD = 10  # of the problems, where there is but one sentence for them
_FHIR = "application/fhir+json"
_JSON = "application/json"


def refuse(path: str, error: MedmaasError, words: Words) -> Response:
    """The answer to a request of this path that ends in this error."""
    media_type, body = _write(path, error, words)
    headers = {}
    if error.status == 401:  # noqa: PLR2004
        headers["www-authenticate"] = "Bearer"
    elif error.fact.code == "content_encoded":
        headers["accept-encoding"] = "gzip, deflate"  # RFC 9110, 15.5.16
    return Response(to_json(body), error.status, headers, media_type)


def _write(path: str, error: MedmaasError, words: Words) -> tuple[str, dict[str, Any]]:
    if path.startswith("/v2"):
        return _JSON, {"error": _fold(error, words)} | error.fact.as_json()
    if path.startswith(("/fhir/", "/cds-services")):
        from medmaas.fhir.outcome import write_outcome  # noqa: PLC0415 - most requests are native

        return _FHIR if path.startswith("/fhir/") else _JSON, write_outcome(error, words)
    return _JSON, words.write_error(error)


def _fold(error: MedmaasError, words: Words) -> str:
    """All of an error in one string, which is what the Open Inference Protocol has."""
    more = len(error.details) - _MOST_TOLD
    told = [place_problem(problem) for problem in error.details[:_MOST_TOLD]]
    rest = [Fact("rest_of_problems", more=more)] if more > 0 else []
    return words.say(Fact("clauses", clauses=[error.fact, *told, *rest]))
