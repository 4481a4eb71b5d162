"""Whatever the OpenAPI document allows, and much more: no 5xx, no undocumented status."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from medmaas.api.app import create_app
from medmaas.model.registry import Registry
from tests.conftest import MODELS

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]

every = schemathesis.openapi.from_asgi("/openapi.json", create_app(Registry(MODELS)))
every.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
# the routes of one version run the same code as those of its model; pictures take long to explain
few = every.exclude(path_regex=r"/versions/\d|/blood_cell/explain")
schema = few if settings.get_current_profile_name() == "quick" else every


@schema.parametrize()
@settings(
    max_examples=settings().max_examples // 25,  # each is several requests; the rest is for soak
    derandomize=True,  # a test that anybody can repeat
    suppress_health_check=list(HealthCheck),
)
def test_every_route_answers_as_documented(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(checks=CHECKS)
