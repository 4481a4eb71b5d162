"""Who gets in at a deployed stack's front door: nobody without a token, but to the page itself."""

import json
import re

import pytest

from medmaas.api.app import app, handler
from medmaas.api.sign_in import make_sign_in
from tests.conftest import SHIPPED

from .conftest import ROOT, Template, properties

# the page itself, where people sign in; HEAD is GET without the body
OPEN = {f"{method} {path}" for method in ("GET", "HEAD") for path in ("/", "/page/{proxy+}")}
OF_CDS_HOOKS = {"ANY /cds-services", "ANY /cds-services/{proxy+}"}


def list_routes(template: Template) -> dict[str, Template]:
    """The properties of every route, by its key."""
    resources = template["Resources"].values()
    found = [r["Properties"] for r in resources if r["Type"] == "AWS::ApiGatewayV2::Route"]
    return {route["RouteKey"]: route for route in found}


def test_nobody_gets_in_without_a_token(template: Template) -> None:
    authorizer = properties(template, "Token")
    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["ApiId"] == {"Ref": "HttpApi"}
    assert authorizer["JwtConfiguration"].keys() == {"Issuer", "Audience"}
    function = properties(template, "ApiFunction")
    assert not function.keys() & {"FunctionUrlConfig", "Events"}
    for key, route in list_routes(template).items():
        assert route["ApiId"] == {"Ref": "HttpApi"}
        assert route["Target"] == {"Sub": "integrations/${Integration}"}
        if key in OPEN | OF_CDS_HOOKS:
            assert route["AuthorizationType"] == "NONE"
        else:
            assert route["AuthorizationType"] == "JWT"
            assert route["AuthorizerId"] == {"Ref": "Token"}
            assert route["AuthorizationScopes"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/cds-services"),
        ("POST", "/cds-services/survival"),
        ("POST", "/cds-services/survival/feedback"),
    ],
)
def test_what_opts_out_of_the_authorizer_asks_for_a_token(method: str, path: str) -> None:
    event = json.loads((ROOT / "events" / "models.json").read_text())
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["requestContext"]["http"]["method"] = method
    del event["headers"]["authorization"]
    assert handler(event, None)["statusCode"] == 401  # type: ignore[arg-type]


def test_no_other_page_answers_where_the_authorizer_does_not_look() -> None:
    paths = [path for path in map(_path, app.routes) if path.startswith(("/cds-services", "/page"))]
    assert sorted(paths) == [
        "/cds-services",
        "/cds-services/{id}",
        "/cds-services/{id}/feedback",
        "/page",
    ]
    firsts = {path.split("/")[1] for path in map(_path, app.routes)}
    assert not any("{" in first for first in firsts), "it would match these, too"


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_what_is_open_to_everybody_holds_nothing_of_the_models(accept: str) -> None:
    event = json.loads((ROOT / "events" / "page.json").read_text())
    event["headers"]["accept"] = accept
    answer = handler(event, None)  # type: ignore[arg-type]
    assert answer["statusCode"] == 200
    assert not any(model in answer["body"] for model in SHIPPED)


def test_the_page_is_as_open_to_head_as_to_get(template: Template) -> None:
    routes = list_routes(template)
    for key in OPEN:
        method, path = key.split(" ")
        assert routes[f"HEAD {path}"] == routes[f"GET {path}"] | {"RouteKey": f"HEAD {path}"}
        event = json.loads((ROOT / "events" / "page.json").read_text())
        event["requestContext"]["http"]["method"] = method
        answer = handler(event, None)  # type: ignore[arg-type]
        assert answer["statusCode"] == 200
        assert bool(answer["body"]) == (method == "GET")


def _path(route: object) -> str:
    path: str = getattr(route, "path")  # noqa: B009 - routes of Starlette have no common type
    return path


def test_every_path_but_the_page_takes_every_method(template: Template) -> None:
    assert list_routes(template).keys() == {"ANY /{proxy+}"} | OPEN | OF_CDS_HOOKS
    stage = properties(template, "Stage")
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)


def test_the_api_calls_the_alias_that_is_published(template: Template) -> None:
    alias = properties(template, "ApiFunction")["AutoPublishAlias"]
    integration, permission = (properties(template, n) for n in ("Integration", "ApiMayInvoke"))
    assert integration["IntegrationUri"]["Sub"].endswith(
        f"${{ApiFunction.Arn}}:{alias}/invocations"
    )
    assert integration["PayloadFormatVersion"] == "2.0"
    assert permission["FunctionName"] == {"Ref": "ApiFunction.Alias"}
    assert permission["SourceArn"]["Sub"].endswith(":${HttpApi}/*")


def test_sam_cli_finds_the_api_before_a_function(template: Template) -> None:
    """It looks for one kind of API: that of the first resource which it knows."""
    assert next(iter(template["Resources"])) == "HttpApi"


def test_the_access_log_holds_nothing_a_caller_wrote(template: Template) -> None:
    log_format = properties(template, "Stage")["AccessLogSettings"]["Format"]
    assert set(re.findall(r"\$context\.([\w.]+)", log_format)) == {
        "requestId",
        "requestTime",
        "routeKey",
        "status",
        "responseLatency",
        "integrationLatency",
        "integrationStatus",
    }


def test_people_sign_in_at_the_pool_of_the_stack_or_where_its_parameter_says(
    template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    condition, own, given = properties(template, "SignInParameter")["Value"]["If"]
    assert (condition, given) == ("OwnPool", {"Ref": "PageSignIn"})
    assert template["Parameters"]["PageSignIn"]["Default"] == "{}"
    text, variables = own["Sub"]
    at = variables["At"]["Sub"].replace("${PoolDomain}", "d").replace("${AWS::Region}", "r")
    for name, value in (("At", at), ("Pool.ProviderURL", "https://p/x"), ("PageClient", "c1")):
        text = text.replace(f"${{{name}}}", value)
    monkeypatch.setenv("MEDMAAS_SIGN_IN", text)
    found = make_sign_in().find(0)
    assert found is not None
    assert found.origin == "https://d.auth.r.amazoncognito.com"
    assert found.scope == "medmaas/predict"
    assert found.end_session_endpoint == f"{found.origin}/logout"


def test_the_client_of_the_page_has_no_secret_and_leads_back_to_the_page(
    template: Template,
) -> None:
    client = properties(template, "PageClient")
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthScopes"] == ["medmaas/predict"]
    (address,) = client["CallbackURLs"]
    assert address == {"Sub": template["Outputs"]["ApiUrl"]["Value"]["Sub"] + "/"}
    assert client["LogoutURLs"] == [address]
    audience = properties(template, "Token")["JwtConfiguration"]["Audience"]["If"][1]
    assert {"Ref": "PageClient"} in audience
    pool = properties(template, "Pool")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["MfaConfiguration"] == "ON"
