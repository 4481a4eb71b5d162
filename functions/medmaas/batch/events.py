"""What happened: uploads, in the forms in which AWS tells of them."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from medmaas.batch.job import Upload
from medmaas.errors import UnsupportedEventError

_SCHEMA = "2."


def is_test(event: dict[str, Any]) -> bool:
    """Whether S3 only says that it will send events."""
    return event.get("Event") == "s3:TestEvent"


def is_from(event: dict[str, Any], service: str) -> bool:
    """Whether the event carries records of "s3" or "sqs"."""
    records = event.get("Records")
    return isinstance(records, list) and all(
        isinstance(record, dict) and record.get("eventSource") == f"aws:{service}"
        for record in records
    )


def is_object_created(event: dict[str, Any]) -> bool:
    """Whether EventBridge tells of an upload."""
    return (event.get("source"), event.get("detail-type")) == ("aws.s3", "Object Created")


def read_uploads(event: dict[str, Any]) -> Iterator[Upload]:
    """The uploads of an event of S3 or EventBridge; other events are ignored.

    Raises:
        UnsupportedEventError: another kind of event, or another major version of their schema.
    """
    try:
        if is_object_created(event):
            yield _from_event_bridge(event["detail"])
            return
        for record in event["Records"]:
            if not record["eventVersion"].startswith(_SCHEMA):
                raise UnsupportedEventError("other_schema")
            if record["eventName"].startswith("ObjectCreated:"):
                yield _from_s3(record["s3"])
    except (KeyError, TypeError, AttributeError) as error:
        raise UnsupportedEventError("not_an_upload") from error


def read_message(body: str) -> dict[str, Any]:
    """The event inside a message.

    Raises:
        UnsupportedEventError: the message is not a JSON object.
    """
    try:
        event = json.loads(body)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise UnsupportedEventError("message_not_json") from None
    return event


def _from_s3(entity: dict[str, Any]) -> Upload:
    item = entity["object"]
    return Upload(
        bucket=entity["bucket"]["name"],
        key=unquote_plus(item["key"]),
        etag=_unquote(item["eTag"]),
        version_id=item.get("versionId"),
    )


def _from_event_bridge(detail: dict[str, Any]) -> Upload:
    item = detail["object"]  # its key is not URL-encoded, unlike in S3's own events
    return Upload(
        bucket=detail["bucket"]["name"],
        key=item["key"],
        etag=_unquote(item["etag"]),
        version_id=item.get("version-id"),
    )


def _unquote(etag: str) -> str:
    return etag.strip('"')
