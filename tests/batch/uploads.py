"""Buckets to drop files in, and the events by which AWS tells of them."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from infra.local_stack import INCOMING, RESULTS, Stack
from medmaas.batch.job import Upload

Event = dict[str, Any]
HURRY_MS = 1_000  # less than it takes to hand a job on: it stops after every chunk


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda tells of an invocation, without a clock."""

    remaining_ms: int = 900_000
    aws_request_id: str = "request"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@dataclass(frozen=True, slots=True)
class Buckets:
    """The two buckets, and the queue that tells of uploads."""

    stack: Stack

    def upload(self, key: str, content: bytes, bucket: str = INCOMING, **metadata: str) -> Upload:
        put = self.stack.client("s3").put_object(
            Bucket=bucket, Key=key, Body=content, Metadata=metadata
        )
        etag = put["ETag"].strip('"')
        return Upload(bucket, key, etag, put.get("VersionId"))

    def remove(self, upload: Upload) -> None:
        """Delete the very version."""
        self.stack.client("s3").delete_object(
            Bucket=upload.bucket, Key=upload.key, VersionId=upload.version_id
        )

    def read(self, folder: str) -> dict[str, bytes]:
        """All results in a folder, by name."""
        s3, names = self.stack.client("s3"), self.find_names(folder)
        return {
            name: s3.get_object(Bucket=RESULTS, Key=f"{folder}{name}")["Body"].read()
            for name in names
        }

    def find_names(self, folder: str) -> list[str]:
        """The names of all results below a folder."""
        pages = self.stack.client("s3").get_paginator("list_objects_v2")
        return [
            item["Key"].removeprefix(folder)
            for page in pages.paginate(Bucket=RESULTS, Prefix=folder)
            for item in page.get("Contents", [])
        ]

    def manifest(self, folder: str) -> dict[str, Any]:
        manifest: dict[str, Any] = json.loads(self.read(folder)["manifest.json"])
        return manifest

    def take_messages(self) -> list[str]:
        """Take everything out of the queue."""
        sqs, url, bodies = self.stack.client("sqs"), self.stack.queue_url, list[str]()
        while taken := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in taken:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


def folder_of(upload: Upload) -> str:
    """Where the results of an upload are, in the bucket of results."""
    path = re.sub(
        r"\.(csv|tsv|xlsx|jsonl|ndjson)(\.gz)?$", "", upload.key.removeprefix("incoming/")
    )
    return f"results/{path}/{upload.etag}/"


def s3_event(*uploads: Upload) -> Event:
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": "eu-central-1",
                "eventName": "ObjectCreated:Put",
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "bucket": {"name": upload.bucket},
                    "object": {
                        "key": quote_plus(upload.key, safe="/"),
                        "size": 1024,
                        "eTag": upload.etag,
                        "versionId": upload.version_id,
                        "sequencer": "0055AED6DCD90281E5",
                    },
                },
            }
            for upload in uploads
        ]
    }


def event_bridge(upload: Upload) -> Event:
    return {
        "version": "0",
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {
            "version": "0",
            "bucket": {"name": upload.bucket},
            "object": {
                "key": upload.key,
                "size": 1024,
                "etag": upload.etag,
                "version-id": upload.version_id,
                "sequencer": "0055AED6DCD90281E5",
            },
        },
    }


def direct(upload: Upload) -> Event:
    """What a person sends, who knows no more than names."""
    path = upload.key.split("/")
    return {
        "model": path[1],
        "source": f"s3://{upload.bucket}/{upload.key}",
        "destination": f"s3://{RESULTS}/{folder_of(upload)}",
    }


def messages(*bodies: Event | str) -> Event:
    """An event of SQS; message i has the id "i"."""
    return {
        "Records": [
            {
                "messageId": str(i),
                "eventSource": "aws:sqs",
                "body": body if isinstance(body, str) else json.dumps(body),
            }
            for i, body in enumerate(bodies)
        ]
    }
