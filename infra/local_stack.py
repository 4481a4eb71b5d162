"""What template.yaml deploys for files, on one machine: moto's S3 and SQS, and Lambda's loop.

make stack

S3 tells the queue of an upload by itself here; in a deployed stack EventBridge does.
"""

import argparse
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
INCOMING = "medmaas-incoming"
RESULTS = "medmaas-results"
QUEUE = "medmaas-queue"
PORT = 9000
POLL_SECONDS = 1
TIMEOUT_SECONDS = 900.0  # of the function in template.yaml

Event = dict[str, Any]
Handler = Callable[[Event, Any], Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda tells a function of its invocation."""

    deadline: float = field(default_factory=lambda: time.monotonic() + TIMEOUT_SECONDS)
    aws_request_id: str = "local"
    function_name: str = "BatchFunction"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds before Lambda would end the invocation."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


@dataclass(frozen=True, slots=True)
class Stack:
    """Two buckets, the queue that one of them fills, and where they answer."""

    endpoint: str
    queue_url: str

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients have no types
        """A client of one service of this stack."""
        return make_client(service, self.endpoint)

    def environment(self) -> dict[str, str]:
        """What the function finds in its environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "MEDMAAS_RESULTS": RESULTS,
            "MEDMAAS_QUEUE_URL": self.queue_url,
        }

    def invoke(self, handler: Handler, wait_seconds: int = 0) -> bool:
        """Hand one message to the function as Lambda does: deleted, unless reported as failed.

        Args:
            handler: The function.
            wait_seconds: For how long to wait for a message.

        Returns:
            Whether there was a message.
        """
        sqs = self.client("sqs")
        received = sqs.receive_message(
            QueueUrl=self.queue_url,
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["All"],
        )
        for message in received.get("Messages", []):
            answer = handler(make_event(message), Context())
            failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            if message["MessageId"] not in failed:
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return "Messages" in received


@cache
def make_client(service: str, endpoint: str) -> Any:  # noqa: ANN401 - boto3's clients have no types
    """A client of a service of moto, which believes any key."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - opens nothing
    )


def make_event(message: dict[str, Any]) -> Event:
    """The event that Lambda makes of a message."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:{QUEUE}",
        "awsRegion": REGION,
    }
    return {"Records": [record]}


@contextmanager
def running(port: int = 0, address: str = "127.0.0.1") -> Iterator[Stack]:
    """Start moto with buckets, queue and notification; port 0 is any free one.

    Raises:
        OSError: the address is not this machine's, or the port is taken.
    """
    with socket.socket() as probe:  # moto would wait for ever
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # one line per request otherwise
    server = ThreadedMotoServer(address, port, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield _build(f"http://{host}:{port}")
    finally:
        _forget(host, port)
        server.stop()


def _forget(host: str, port: int) -> None:
    """Empty moto, which keeps one state for all servers of a process."""
    connection = HTTPConnection(host, port)
    connection.request("POST", "/moto-api/reset")
    connection.getresponse().read()
    connection.close()


def _build(endpoint: str) -> Stack:
    sqs, s3 = make_client("sqs", endpoint), make_client("s3", endpoint)
    queue_url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    for bucket in (INCOMING, RESULTS):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_open_to_curl(bucket)))
    uploads = {
        "QueueArn": asked["Attributes"]["QueueArn"],
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "incoming/"}]}},
    }
    s3.put_bucket_notification_configuration(
        Bucket=INCOMING, NotificationConfiguration={"QueueConfigurations": [uploads]}
    )
    return Stack(endpoint, queue_url)


def _open_to_curl(bucket: str) -> dict[str, Any]:
    """A policy that lets requests without a signature read and write, as curl sends them."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def manifests(stack: Stack) -> dict[str, dict[str, Any]]:
    """Every manifest in the bucket of results, by the folder it describes."""
    s3, found = stack.client("s3"), {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=RESULTS):
        for item in page.get("Contents", []):
            folder, _, name = item["Key"].rpartition("/")
            if name == "manifest.json":
                body = s3.get_object(Bucket=RESULTS, Key=item["Key"])["Body"]
                found[folder] = json.loads(body.read())
    return found


def describe(stack: Stack, folder: str, manifest: dict[str, Any]) -> str:
    """One line about a file: what became of its rows, and where."""
    where = f"{stack.endpoint}/{RESULTS}/{quote(folder)}/"
    if manifest["status"] == "refused":
        return f"refused: {manifest['reason']}\n  {where}manifest.json"
    counts = (
        f"{manifest['rows']} rows: {manifest['scored']} scored, {manifest['rejected']} rejected"
    )
    return "\n  ".join([counts, *(where + part["key"] for part in manifest["parts"])])


def serve(port: int) -> None:
    """Score what is dropped in the incoming bucket until interrupted."""
    with running(port) as stack:
        os.environ |= stack.environment()
        from medmaas.batch.handler import handler  # noqa: PLC0415 - reads the environment above

        print(
            f"Drop a file: curl -T examples/patients.csv "
            f"{stack.endpoint}/{INCOMING}/incoming/survival/patients.csv",
            flush=True,
        )
        seen: set[str] = set()
        while True:
            if stack.invoke(handler, wait_seconds=POLL_SECONDS):
                new = {k: v for k, v in manifests(stack).items() if k not in seen}
                for folder, manifest in new.items():
                    print(describe(stack, folder, manifest), flush=True)
                seen |= new.keys()


def _take_signals() -> None:
    """End in order on Ctrl-C and on `kill`, also as a job in the background.

    A shell lets such a job ignore SIGINT, and Python then leaves it ignored.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The event door of medmaas on this machine.")
    parser.add_argument("--port", type=int, default=PORT, help="where S3 and SQS answer")
    arguments = parser.parse_args()
    _take_signals()
    try:
        serve(arguments.port)
    except OSError:
        sys.exit(f"port {arguments.port} is taken: choose another one with --port")
    except KeyboardInterrupt:
        print("stopped")
