"""Step Functions with the function behind it: moto's interpreter, and Lambda's part played here."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from uuid import uuid4

from infra.local_stack import Context, Stack
from medmaas.batch import handler as batch

from .conftest import ROOT

FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:batch"
SECONDS = 60.0

Task = dict[str, Any]


@dataclass
class Function:
    """The function as Lambda runs it: one invocation at a time, errors answered by their name."""

    handle: Callable[[Task, Context], Any] = batch.handler
    tasks: list[Task] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def invoke(self, body: str, headers: dict[str, str]) -> bytes:
        """Answer as Lambda's API does."""
        task = json.loads(body)
        with self.lock:
            self.tasks.append(task)
            try:
                return json.dumps(self.handle(task, Context())).encode()
            except Exception as error:  # noqa: BLE001 - Lambda's runtime reports every one
                headers["x-amz-function-error"] = "Unhandled"
                return json.dumps({"errorType": type(error).__name__}).encode()


@dataclass
class FanOut:
    """A stack with the state machine, and the function behind it."""

    stack: Stack
    function: Function
    state_machine: str
    dead_letters: str

    def run(self, job: Task, range_bytes: int) -> str:
        """Execute the state machine to its end; gives its status."""
        client = self.stack.client("stepfunctions")
        started = client.start_execution(
            stateMachineArn=self.state_machine,
            name=uuid4().hex,
            input=json.dumps({"job": job, "range_bytes": range_bytes}),
        )
        self.wait()
        return str(client.describe_execution(executionArn=started["executionArn"])["status"])

    def wait(self) -> None:
        """Wait until nothing is executed."""
        client = self.stack.client("stepfunctions")
        deadline = time.monotonic() + SECONDS
        while client.list_executions(stateMachineArn=self.state_machine, statusFilter="RUNNING")[
            "executions"
        ]:
            if time.monotonic() > deadline:
                raise TimeoutError("the execution does not end")
            time.sleep(0.02)

    def kept(self) -> list[Task]:
        """Take the jobs out of the dead-letter queue."""
        sqs, kept = self.stack.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self.dead_letters).get("Messages"):
            for message in messages:
                kept.append(json.loads(message["Body"]))
                handle = message["ReceiptHandle"]
                sqs.delete_message(QueueUrl=self.dead_letters, ReceiptHandle=handle)
        return kept


def definition(dead_letters: str) -> str:
    """The state machine with everything that the template puts in."""
    values = {
        "Partition": "aws",
        "BatchFunctionArn": FUNCTION,
        "DeadLetterQueueUrl": dead_letters,
        "Concurrency": "2",
    }
    written = (ROOT / "infra" / "fan_out.asl.json").read_text()
    return re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], written)
