"""What a deployed stack promises for files: closed, kept for a stated time, none lost, no loop."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.emulator import BATCH_HANDLER, VARIABLES

from .conftest import Template, properties

BUCKETS = ["IncomingBucket", "ResultsBucket"]


def statements(template: Template, role: str) -> list[dict[str, Any]]:
    """Everything that a role may do."""
    policies = properties(template, role)["Policies"]
    return [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def names(node: object) -> Iterator[str]:
    """Every resource that `!Ref`, `!GetAtt` or `!Sub` mentions below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"Ref", "GetAtt"}:
                yield str(value).partition(".")[0]
            elif key == "Sub":
                yield from re.findall(r"\$\{(\w+)", str(value))
            else:
                yield from names(value)
    elif isinstance(node, list):
        for value in node:
            yield from names(value)


def allowed(template: Template, role: str, service: str) -> dict[str, set[str]]:
    """The resources of a service that a role reaches, by action."""
    found: dict[str, set[str]] = {}
    for statement in statements(template, role):
        assert statement["Effect"] == "Allow"
        for action in listed(statement["Action"]):
            if action.startswith(f"{service}:"):
                found.setdefault(action, set()).update(map(_text, listed(statement["Resource"])))
    return found


def _text(resource: object) -> str:
    """`!GetAtt A.Arn` and `!Sub ${A.Arn}/x` as "A" and "A/x"; ARNs by their end."""
    written = str(next(iter(resource.values()))) if isinstance(resource, dict) else str(resource)
    return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", written.removesuffix(".Arn")).rpartition("}:")[2]


@pytest.fixture
def definition(template: Template, root: Path) -> dict[str, Any]:
    """The state machine, with a number where the template puts one in."""
    machine = properties(template, "FanOut")
    written = (root / machine["DefinitionUri"]).read_text()
    assert set(re.findall(r"\$\{(\w+)\}", written)) == machine["DefinitionSubstitutions"].keys()
    loaded: dict[str, Any] = json.loads(written.replace("${Concurrency}", "1"))
    return loaded


@pytest.mark.parametrize("bucket", BUCKETS)
def test_files_are_encrypted_versioned_and_private(template: Template, bucket: str) -> None:
    found = properties(template, bucket)
    (rule,) = found["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert found["VersioningConfiguration"] == {"Status": "Enabled"}
    assert found["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert found["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "BucketName" not in found, "a bucket that stays must not stand in a new stack's way"


@pytest.mark.parametrize("bucket", BUCKETS)
def test_files_travel_over_tls_only(template: Template, bucket: str) -> None:
    policy = properties(template, f"{bucket}Policy")
    assert policy["Bucket"] == {"Ref": bucket}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement == {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [{"GetAtt": f"{bucket}.Arn"}, {"Sub": f"${{{bucket}.Arn}}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


@pytest.mark.parametrize(
    ("bucket", "days"),
    [("IncomingBucket", "IncomingRetentionDays"), ("ResultsBucket", "ResultsRetentionDays")],
)
def test_files_are_kept_for_a_stated_time(template: Template, bucket: str, days: str) -> None:
    (rule,) = properties(template, bucket)["LifecycleConfiguration"]["Rules"]
    assert rule == {
        "Status": "Enabled",
        "ExpirationInDays": {"Ref": days},
        "NoncurrentVersionExpiration": {"NoncurrentDays": {"Ref": "OldVersionRetentionDays"}},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
    }


@pytest.mark.parametrize("bucket", BUCKETS)
def test_deleting_the_stack_deletes_no_file(template: Template, bucket: str) -> None:
    resource = template["Resources"][bucket]
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


def test_only_an_upload_below_incoming_fills_the_queue(template: Template) -> None:
    rule = properties(template, "FileArrived")
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [{"Ref": "IncomingBucket"}]},
            "object": {"key": [{"prefix": "incoming/"}]},
        },
    }
    assert [target["Arn"] for target in rule["Targets"]] == [{"GetAtt": "Queue.Arn"}]
    policy = properties(template, "QueuePolicy")
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"GetAtt": "FileArrived.Arn"}}}
    assert policy["Queues"] == [{"Ref": "Queue"}]


def test_results_trigger_nothing(template: Template) -> None:
    """No loop: nothing listens to the results, and nobody here writes where uploads arrive."""
    assert "NotificationConfiguration" not in properties(template, "ResultsBucket")
    listeners = {
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] in {"AWS::Events::Rule", "AWS::Lambda::EventSourceMapping"}
    }
    assert listeners == {"FileArrived"}
    assert "ResultsBucket" not in set(names(properties(template, "FileArrived")))
    (source,) = properties(template, "BatchFunction")["Events"].values()
    assert (source["Type"], source["Properties"]["Queue"]) == ("SQS", {"GetAtt": "Queue.Arn"})
    for role in ("ApiRole", "BatchRole", "FanOutRole"):
        for action, resources in allowed(template, role, "s3").items():
            if not action.startswith(("s3:Get", "s3:List")):
                assert resources == {"ResultsBucket/results/*"}, (role, action)


def test_a_message_is_tried_again_and_then_kept(template: Template) -> None:
    queue, dead = properties(template, "Queue"), properties(template, "DeadLetterQueue")
    function = properties(template, "BatchFunction")
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"], "AWS asks for six times as long"
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"GetAtt": "DeadLetterQueue.Arn"}
    assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5
    assert dead["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    assert queue["SqsManagedSseEnabled"]
    assert dead["SqsManagedSseEnabled"]


def test_one_file_that_fails_does_not_repeat_another(template: Template) -> None:
    (source,) = properties(template, "BatchFunction")["Events"].values()
    assert source["Properties"]["BatchSize"] == 1
    assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_crowd_of_files_leaves_room_for_the_api(template: Template) -> None:
    (source,) = properties(template, "BatchFunction")["Events"].values()
    limit = source["Properties"]["ScalingConfig"]["MaximumConcurrency"]
    assert limit == {"Ref": "BatchConcurrency"}
    assert template["Parameters"]["BatchConcurrency"]["MinValue"] == 2, "the least that SQS takes"


def test_the_function_knows_where_everything_is(template: Template) -> None:
    function = properties(template, "BatchFunction")
    assert function["Handler"] == BATCH_HANDLER
    variables = dict(function["Environment"]["Variables"])
    machine = variables.pop("MEDMAAS_STATE_MACHINE_ARN")["Sub"]
    assert machine.endswith(":stateMachine:" + properties(template, "FanOut")["Name"]["Sub"])
    assert variables == VARIABLES | {
        "MEDMAAS_MODELS": "/opt",
        "MEDMAAS_RESULTS": {"Ref": "ResultsBucket"},
        "MEDMAAS_QUEUE_URL": {"Ref": "Queue"},
        "MEDMAAS_FAN_OUT_BYTES": {"Ref": "FanOutBytes"},
    }


def test_each_function_has_a_role_and_a_log_of_its_own(template: Template) -> None:
    for name in ("Api", "Batch"):
        function = properties(template, f"{name}Function")
        assert function["Role"] == {"GetAtt": f"{name}Role.Arn"}
        assert function["LoggingConfig"]["LogGroup"] == {"Ref": f"{name}Log"}
        assert allowed(template, f"{name}Role", "logs") == {
            "logs:CreateLogStream": {f"{name}Log"},
            "logs:PutLogEvents": {f"{name}Log"},
        }


def test_scoring_files_reaches_its_own_prefixes_only(template: Template) -> None:
    folders = ("incoming", "files", "images")
    incoming = {f"IncomingBucket/{folder}/*" for folder in folders}
    results = {"ResultsBucket/results/*"}
    assert allowed(template, "BatchRole", "s3") == {
        "s3:GetObject": incoming | results,
        "s3:GetObjectVersion": incoming,
        "s3:PutObject": results,
        "s3:DeleteObject": results,
        "s3:AbortMultipartUpload": results,
        "s3:ListBucket": {"IncomingBucket", "ResultsBucket"},
    }
    assert set().union(*allowed(template, "BatchRole", "sqs").values()) == {"Queue"}
    assert allowed(template, "BatchRole", "states") == {
        "states:StartExecution": {"stateMachine:${AWS::StackName}-fan-out"},
        "states:DescribeExecution": {"execution:${AWS::StackName}-fan-out:*"},
    }


def test_the_state_machine_reaches_what_its_states_name(template: Template) -> None:
    assert allowed(template, "FanOutRole", "lambda") == {"lambda:InvokeFunction": {"BatchFunction"}}
    assert allowed(template, "FanOutRole", "sqs") == {"sqs:SendMessage": {"DeadLetterQueue"}}
    ranges = {"ResultsBucket/results/*/ranges.json"}
    assert allowed(template, "FanOutRole", "s3") == {"s3:GetObject": ranges}
    started = allowed(template, "FanOutRole", "states")["states:StartExecution"]
    assert started == {"stateMachine:${AWS::StackName}-fan-out"}


def test_the_log_of_the_state_machine_names_no_file(template: Template) -> None:
    machine = properties(template, "FanOut")
    assert machine["Type"] == "STANDARD", "a range may take longer than the five minutes of EXPRESS"
    assert machine["Logging"]["IncludeExecutionData"] is False
    assert machine["DefinitionSubstitutions"]["Concurrency"] == {"Ref": "FanOutConcurrency"}


def test_every_task_of_the_state_machine_is_tried_again(definition: dict[str, Any]) -> None:
    tasks = definition["States"] | definition["States"]["ScoreRanges"]["ItemProcessor"]["States"]
    for name in ("Plan", "Score", "Finish"):
        (retry,) = tasks[name]["Retry"]
        assert {"StorageError", "CheckpointLostError"} <= set(retry["ErrorEquals"]), name
        assert "Lambda.TooManyRequestsException" in retry["ErrorEquals"], name
        assert retry["BackoffRate"] > 1, name
        assert retry["JitterStrategy"] == "FULL", name


def test_whatever_fails_in_the_state_machine_keeps_the_job(definition: dict[str, Any]) -> None:
    for name in ("Plan", "ScoreRanges", "Finish"):
        (catch,) = definition["States"][name]["Catch"]
        assert catch == {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "KeepJob"}, name
    keep = definition["States"]["KeepJob"]
    assert keep["Parameters"]["QueueUrl"] == "${DeadLetterQueueUrl}"
    assert definition["States"][keep["Next"]]["Type"] == "Fail"


def test_one_range_that_fails_fails_the_file(definition: dict[str, Any]) -> None:
    """AWS's default; moto's parser does not take a zero that is written down."""
    assert [key for key in definition["States"]["ScoreRanges"] if key.startswith("Tolerated")] == []


@pytest.mark.parametrize(
    ("alarm", "metric", "source"),
    [
        ("FilesNotScored", "ApproximateNumberOfMessagesVisible", "DeadLetterQueue"),
        ("FanOutFailed", "ExecutionsFailed", "FanOut"),
    ],
)
def test_a_file_that_is_not_scored_rings_an_alarm(
    template: Template, alarm: str, metric: str, source: str
) -> None:
    found = properties(template, alarm)
    assert found["MetricName"] == metric
    assert set(names(found["Dimensions"])) == {source}
    assert (found["Threshold"], found["EvaluationPeriods"]) == (1, 1)
    assert found["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert found["AlarmActions"] == [{"Ref": "Alarms"}]


def test_alarms_reach_an_address_if_one_is_given(template: Template) -> None:
    assert template["Resources"]["AlarmSubscription"]["Condition"] == "EmailGiven"
    assert properties(template, "AlarmSubscription")["Endpoint"] == {"Ref": "AlarmEmail"}
    assert properties(template, "AlarmSubscription")["TopicArn"] == {"Ref": "Alarms"}
