"""A message that failed comes again soon, then later and later."""

import json

import pytest

from medmaas.batch import handler as batch
from medmaas.batch import storage
from medmaas.errors import StorageError

from .uploads import Buckets, Context, messages


@pytest.mark.parametrize(("tries", "seconds"), [(1, 60), (2, 120), (4, 480), (30, 3_600)])
def test_a_failed_message_is_put_off_longer_every_time(
    buckets: Buckets, monkeypatch: pytest.MonkeyPatch, tries: int, seconds: int
) -> None:
    put_off = list[int]()
    sqs, url = buckets.stack.client("sqs"), buckets.stack.queue_url
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"model": "survival"}))
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    real = storage.client("sqs")

    def record(**request: int) -> None:
        put_off.append(request["VisibilityTimeout"])
        real.change_message_visibility(**request)

    class Recorded:
        change_message_visibility = staticmethod(record)

    event = messages(message["Body"])
    event["Records"][0] |= {
        "receiptHandle": message["ReceiptHandle"],
        "attributes": {"ApproximateReceiveCount": str(tries)},
    }
    monkeypatch.setattr(batch, "client", lambda _service: Recorded)
    assert batch.handler(event, Context()) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert put_off == [seconds]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_a_queue_that_is_down_keeps_no_failure_from_being_told(
    buckets: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert buckets

    def fail(_service: str) -> None:
        raise StorageError("the storage failed: it is tried again later")

    monkeypatch.setattr(batch, "client", fail)
    event = messages({"model": "survival"})
    event["Records"][0]["receiptHandle"] = "any"
    assert batch.handler(event, Context()) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
