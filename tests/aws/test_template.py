"""What a deployed stack promises: closed, quiet, and answering with the models it was given."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.emulator import HANDLER, VARIABLES

from .conftest import ROOT, Run, Template, properties

FOR_CDS_HOOKS = {
    "MEDMAAS_ISSUERS_PARAMETER",
    "MEDMAAS_CORS_ORIGINS",
    "MEDMAAS_REPLAY_TABLE",
    "MEDMAAS_FEEDBACK_TABLE",
    "MEDMAAS_FEEDBACK_DAYS",
}


def references(node: object) -> Iterator[str]:
    """Every name that `!Ref` or `!Sub` mentions below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref":
                yield value
            elif key == "Sub":
                yield from re.findall(r"\$\{(\w+)\}", str(value))
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_sam_accepts_the_template(run_sam: Run) -> None:
    validated = run_sam("validate", "--lint")
    assert validated.returncode == 0, validated.stdout + validated.stderr


def test_cfn_lint_has_nothing_to_say(sam: Path, root: Path) -> None:
    linted = subprocess.run(
        [sam.with_name("cfn-lint"), root / "template.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (linted.returncode, linted.stdout) == (0, "")


def test_nobody_gets_in_without_a_token(template: Template) -> None:
    auth = properties(template, "HttpApi")["Auth"]
    authorizer = auth["Authorizers"][auth["DefaultAuthorizer"]]
    assert authorizer["JwtConfiguration"].keys() == {"issuer", "audience"}
    assert authorizer["AuthorizationScopes"]
    function = properties(template, "ApiFunction")
    assert "FunctionUrlConfig" not in function
    for event in function["Events"].values():
        assert event["Type"] == "HttpApi"
        assert event["Properties"]["ApiId"] == {"Ref": "HttpApi"}
        # CDS Hooks' clients sign tokens of their own, for the URL they call: that is checked inside
        of_cds_hooks = event["Properties"]["Path"].startswith("/cds-services")
        assert event["Properties"].get("Auth") == ({"Authorizer": "NONE"} if of_cds_hooks else None)


def test_every_path_and_method_reaches_the_function(template: Template) -> None:
    events = properties(template, "ApiFunction")["Events"].values()
    routes = {(e["Properties"]["Method"], e["Properties"]["Path"]) for e in events}
    assert routes == {
        ("ANY", "/"),
        ("ANY", "/{proxy+}"),
        ("ANY", "/cds-services"),
        ("ANY", "/cds-services/{proxy+}"),
    }
    assert properties(template, "HttpApi")["StageName"] == "$default"


def test_the_access_log_holds_nothing_a_caller_wrote(template: Template) -> None:
    log_format = properties(template, "HttpApi")["AccessLogSettings"]["Format"]
    assert set(re.findall(r"\$context\.([\w.]+)", log_format)) == {
        "requestId",
        "requestTime",
        "routeKey",
        "status",
        "responseLatency",
        "integrationLatency",
        "integrationStatus",
    }


@pytest.mark.parametrize("function", ["ApiFunction", "BatchFunction"])
def test_onnxruntime_sends_no_telemetry(template: Template, function: str) -> None:
    variables = properties(template, function)["Environment"]["Variables"]
    assert variables["ORT_DISABLE_TELEMETRY"] == "1"


def test_the_emulator_starts_what_the_template_deploys(template: Template) -> None:
    function = properties(template, "ApiFunction")
    variables = function["Environment"]["Variables"]
    own = {name for name in variables if name in FOR_CDS_HOOKS}
    assert own == FOR_CDS_HOOKS
    kept = {name: value for name, value in variables.items() if name not in own}
    assert kept == VARIABLES | {"MEDMAAS_MODELS": "/opt"}
    assert function["Handler"] == HANDLER


def test_a_new_models_layer_is_answered_with_at_once(template: Template) -> None:
    function, layer = properties(template, "ApiFunction"), properties(template, "ModelsLayer")
    assert function["Layers"] == [{"Ref": "ModelsLayer"}]
    assert function["AutoPublishAliasAllProperties"]
    assert layer["PublishLambdaVersion"]


def test_a_changed_parameter_publishes_a_version(template: Template) -> None:
    """SAM does not see parameters' values, but a new description makes a new version."""
    function = dict(properties(template, "ApiFunction"))
    described = set(references(function.pop("VersionDescription")))
    function.pop("ReservedConcurrentExecutions")  # belongs to the function, not to a version
    assert described == set(references(function)) & template["Parameters"].keys()


def test_models_outlive_the_stack(template: Template) -> None:
    assert properties(template, "ModelsLayer")["RetentionPolicy"] == "Retain"


def test_the_api_may_only_write_its_log_and_what_cds_hooks_need(template: Template) -> None:
    assert properties(template, "ApiFunction")["Role"] == {"GetAtt": "ApiRole.Arn"}
    policies = properties(template, "ApiRole")["Policies"]
    statements = [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]
    allowed = [(s["Effect"], s["Action"], set(references(s["Resource"]))) for s in statements]
    log, put, read = allowed
    assert log[:2] == ("Allow", ["logs:CreateLogStream", "logs:PutLogEvents"])
    assert statements[0]["Resource"] == {"GetAtt": "ApiLog.Arn"}
    assert put[:2] == ("Allow", "dynamodb:PutItem")
    assert statements[1]["Resource"] == [
        {"GetAtt": "ReplayTable.Arn"},
        {"GetAtt": "FeedbackTable.Arn"},
    ]
    assert read[:2] == ("Allow", "ssm:GetParameter")
    assert "IssuersParameter" in read[2]


def test_the_settings_of_cds_hooks_are_those_that_the_function_reads(template: Template) -> None:
    settings = (ROOT / "functions" / "medmaas" / "settings.py").read_text()
    variables = properties(template, "ApiFunction")["Environment"]["Variables"]
    assert {name for name in FOR_CDS_HOOKS if name not in settings} == set()
    assert variables["MEDMAAS_ISSUERS_PARAMETER"] == {"Ref": "IssuersParameter"}
    assert properties(template, "IssuersParameter")["Value"] == {"Ref": "CdsIssuers"}


def test_nobody_is_an_issuer_unless_named(template: Template) -> None:
    assert template["Parameters"]["CdsIssuers"]["Default"] == "{}"
    assert template["Parameters"]["CorsOrigins"]["Default"] == ""


@pytest.mark.parametrize("table", ["ReplayTable", "FeedbackTable"])
def test_tables_are_encrypted_and_forget(template: Template, table: str) -> None:
    settings = properties(template, table)
    assert settings["SSESpecification"] == {"SSEEnabled": True}
    assert settings["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert settings["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]


def test_feedback_outlives_a_mistake(template: Template) -> None:
    table = template["Resources"]["FeedbackTable"]
    assert table["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table["UpdateReplacePolicy"] == "Retain"
    recovery = table["Properties"]["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.parametrize("outcome", ["accepted", "overridden"])
def test_feedback_is_counted_from_the_functions_own_lines(template: Template, outcome: str) -> None:
    own = properties(template, f"Cards{outcome.capitalize()}")
    assert own["LogGroupName"] == {"Ref": "ApiLog"}
    assert own["FilterPattern"] == f"{{ $.feedback.{outcome} = * }}"
    assert own["MetricTransformations"][0]["MetricValue"] == f"$.feedback.{outcome}"


def test_logs_are_kept_for_a_stated_time(template: Template) -> None:
    logs = [n for n, r in template["Resources"].items() if r["Type"] == "AWS::Logs::LogGroup"]
    assert len(logs) == 4
    for name in logs:
        assert properties(template, name)["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_every_parameter_is_described_and_has_a_default(template: Template) -> None:
    for name, parameter in template["Parameters"].items():
        assert parameter["Description"].endswith("."), name
        assert "Default" in parameter, name


def test_resources_of_the_own_pool_go_with_a_foreign_issuer(template: Template) -> None:
    for name, resource in template["Resources"].items():
        if resource["Type"].startswith("AWS::Cognito::"):
            assert resource["Condition"] == "OwnPool", name
