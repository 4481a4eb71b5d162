"""What a deployed stack promises: closed, quiet, and answering with the models it was given."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.emulator import HANDLER, VARIABLES
from medmaas import settings
from medmaas.cds_hooks.feedback import count_outcomes

from .conftest import Run, Template, properties

FROM_THE_STACK = {
    "MEDMAAS_SIGN_IN_PARAMETER": "SignInParameter",
    "MEDMAAS_ISSUERS_PARAMETER": "IssuersParameter",
    "MEDMAAS_CORS_ORIGINS": "CorsOrigins",
    "MEDMAAS_REPLAY_TABLE": "ReplayTable",
    "MEDMAAS_FEEDBACK_TABLE": "FeedbackTable",
    "MEDMAAS_FEEDBACK_DAYS": "FeedbackRetentionDays",
}
LONGEST_VERSION_DESCRIPTION = 256  # characters that Lambda takes


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


@pytest.mark.parametrize("function", ["ApiFunction", "BatchFunction"])
def test_onnxruntime_sends_no_telemetry(template: Template, function: str) -> None:
    variables = properties(template, function)["Environment"]["Variables"]
    assert variables["ORT_DISABLE_TELEMETRY"] == "1"


@pytest.mark.parametrize("function", ["ApiFunction", "BatchFunction"])
def test_a_function_starts_with_what_the_start_is_measured_with(
    template: Template, function: str
) -> None:
    variables = properties(template, function)["Environment"]["Variables"]
    assert variables.items() >= VARIABLES.items()


def test_the_emulator_starts_what_the_template_deploys(template: Template) -> None:
    function = properties(template, "ApiFunction")
    variables = function["Environment"]["Variables"]
    of_the_stack = {name: {"Ref": source} for name, source in FROM_THE_STACK.items()}
    assert variables == VARIABLES | {"MEDMAAS_MODELS": "/opt"} | of_the_stack
    assert function["Handler"] == HANDLER


def test_a_new_models_layer_is_answered_with_at_once(template: Template) -> None:
    function = properties(template, "ApiFunction")
    assert function["AutoPublishAliasAllProperties"]
    for name in ("ModelsLayer", "KindLibraries"):
        assert properties(template, name)["PublishLambdaVersion"]


def test_a_changed_parameter_publishes_a_version(template: Template) -> None:
    """SAM does not see parameters' values, but a new description makes a new version."""
    function = dict(properties(template, "ApiFunction"))
    described = set(references(function.pop("VersionDescription")))
    function.pop("ReservedConcurrentExecutions")  # belongs to the function, not to a version
    assert described == set(references(function)) & template["Parameters"].keys()


def test_the_longest_description_of_a_version_fits(template: Template) -> None:
    longest = properties(template, "ApiFunction")["VersionDescription"]["Sub"]
    for name in references({"Sub": longest}):
        parameter = template["Parameters"][name]
        values = [str(v) for v in parameter.get("AllowedValues", [parameter.get("MaxValue", "")])]
        length = max([parameter.get("MaxLength", 0), *map(len, values)])
        assert length, f"{name} has no limit"
        longest = longest.replace(f"${{{name}}}", "x" * length)
    assert len(longest) <= LONGEST_VERSION_DESCRIPTION


def test_models_outlive_the_stack(template: Template) -> None:
    assert properties(template, "ModelsLayer")["RetentionPolicy"] == "Retain"


def test_the_api_may_only_write_its_log_and_what_cds_hooks_need(template: Template) -> None:
    assert properties(template, "ApiFunction")["Role"] == {"GetAtt": "ApiRole.Arn"}
    policies = properties(template, "ApiRole")["Policies"]
    statements = [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]
    parameter = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
    assert statements == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"GetAtt": "ApiLog.Arn"},
        },
        {
            "Effect": "Allow",
            "Action": "dynamodb:PutItem",
            "Resource": [{"GetAtt": "ReplayTable.Arn"}, {"GetAtt": "FeedbackTable.Arn"}],
        },
        {
            "Effect": "Allow",
            "Action": "ssm:GetParameter",
            "Resource": [
                {"Sub": f"{parameter}/${{SignInParameter}}"},
                {"Sub": f"{parameter}/${{IssuersParameter}}"},
            ],
        },
    ]


def test_the_function_reads_the_settings_that_the_template_makes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deployed = {
        "SignInParameter": "a-sign-in-parameter",
        "IssuersParameter": "an-issuers-parameter",
        "CorsOrigins": "https://a.example, https://b.example",
        "ReplayTable": "a-replay-table",
        "FeedbackTable": "a-feedback-table",
        "FeedbackRetentionDays": "30",
    }
    for name, source in FROM_THE_STACK.items():
        monkeypatch.setenv(name, deployed[source])
    assert settings.sign_in_parameter() == "a-sign-in-parameter"
    assert settings.issuers_parameter() == "an-issuers-parameter"
    assert settings.cors_origins() == ["https://a.example", "https://b.example"]
    assert settings.replay_table() == "a-replay-table"
    assert settings.feedback_table() == "a-feedback-table"
    assert settings.feedback_days() == 30


def test_nobody_is_an_issuer_unless_named(template: Template) -> None:
    assert properties(template, "IssuersParameter")["Value"] == {"Ref": "CdsIssuers"}
    assert template["Parameters"]["CdsIssuers"]["Default"] == "{}"
    assert template["Parameters"]["CorsOrigins"]["Default"] == ""


@pytest.mark.parametrize("table", ["ReplayTable", "FeedbackTable"])
def test_tables_are_encrypted_and_forget(template: Template, table: str) -> None:
    found = properties(template, table)
    assert found["BillingMode"] == "PAY_PER_REQUEST"
    assert "TableName" not in found, "a table that stays must not stand in a new stack's way"
    assert found["SSESpecification"] == {"SSEEnabled": True}
    assert found["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert found["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]


def test_feedback_outlives_a_mistake(template: Template) -> None:
    table = template["Resources"]["FeedbackTable"]
    assert table["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table["UpdateReplacePolicy"] == "Retain"
    recovery = table["Properties"]["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.parametrize("outcome", count_outcomes([]))
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
