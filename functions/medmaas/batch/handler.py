"""The event door: uploads, messages, tasks of a state machine and direct invocations.

Whatever brings a row here, the same core answers it. What can never work is written down as
refused; only a broken world raises, so that whoever sent the event tries again.
"""

import json
from contextlib import suppress
from typing import Any

from medmaas import cold_start, settings

with cold_start.importing():
    from medmaas.batch import fan_out
    from medmaas.batch.deadline import Deadline
    from medmaas.batch.events import (
        is_from,
        is_object_created,
        is_test,
        read_message,
        read_uploads,
    )
    from medmaas.batch.job import Job, Upload, make_job, take_language
    from medmaas.batch.run import run
    from medmaas.batch.storage import client, translated_errors
    from medmaas.errors import (
        InvalidRequestError,
        MedmaasError,
        Problem,
        StorageError,
        UnsupportedEventError,
    )
    from medmaas.facts import Fact
    from medmaas.log import find_place, write_line
    from medmaas.model.body import take_request
    from medmaas.model.predict import check_options
    from medmaas.model.registry import Registry
    from medmaas.table.json_rows import number_instances
    from medmaas.table.score import Scorer
    from medmaas.words import Words, raise_in_english

_FIRST_RETRY = 60  # seconds
_LAST_RETRY = 3_600

registry = Registry(settings.models_directory())

Event = dict[str, Any]
Summary = dict[str, Any]


@raise_in_english()
def handler(event: Event, context: Any) -> Any:  # noqa: ANN401 - AWS ships no types
    """Score what an event speaks of.

    Args:
        event: of S3, SQS or EventBridge; a task of the state machine; a job
            `{"model", "source", "destination"}` or `{"model", "instances"}`, either with options.
        context: Lambda's; None never runs out of time.

    Returns:
        A summary per upload of an S3 event, the failed messages of SQS, one summary otherwise.

    Raises:
        StorageError: the storage failed: the same event may be sent again.
        UnsupportedEventError: the event is another one.
        MedmaasError: a direct invocation or a task is wrong, or the service failed.
    """
    if isinstance(event, dict) and is_from(event, "sqs"):
        return {"batchItemFailures": _handle_messages(event["Records"], context)}
    return _logged(event, context)


def _handle_messages(records: list[Event], context: Any) -> list[dict[str, str]]:  # noqa: ANN401
    """Each message alone, so that one that fails does not bring back the others."""
    failed = []
    for record in records:
        try:
            _logged(record["body"], context)
        except MedmaasError:
            failed.append({"itemIdentifier": record["messageId"]})
            _put_off(record)
    return failed


def _put_off(record: Event) -> None:
    """Let a message be tried again soon, then later and later, before its visibility times out."""
    queue, handle = settings.queue_url(), record.get("receiptHandle")
    if not queue or not handle:
        return
    tries = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
    seconds = min(_FIRST_RETRY * 2 ** (tries - 1), _LAST_RETRY)
    with suppress(StorageError), translated_errors():  # it times out anyway
        client("sqs").change_message_visibility(
            QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=seconds
        )


def _logged(event: Event | str, context: Any) -> Any:  # noqa: ANN401
    """Handle one event, and write one line; nothing of the event is in it, nor in an error."""
    line: dict[str, Any] = {"request_id": getattr(context, "aws_request_id", None)}
    try:
        answer = _handle(read_message(event) if isinstance(event, str) else event, context)
        summaries = answer if isinstance(answer, list) else [answer]
        line["jobs"] = [_describe(summary) for summary in summaries]
    except MedmaasError as error:
        line |= {"exception": type(error).__name__, "raised_at": find_place(error)}
        raise
    except Exception as error:  # noqa: BLE001 - its words may hold a patient's values
        line |= {"exception": type(error).__name__, "raised_at": find_place(error)}
        raise MedmaasError("failed_here", raised_at=line["raised_at"]) from None
    else:
        return answer
    finally:
        write_line(line)


def _describe(summary: Summary) -> dict[str, Any]:
    return {k: summary[k] for k in ("status", "rows", "scored", "rejected") if k in summary}


def _handle(event: Event, context: Any) -> Any:  # noqa: ANN401
    deadline = Deadline(context)
    if not isinstance(event, dict):
        raise UnsupportedEventError("event_not_an_object")
    if is_test(event):
        return {"status": "ignored"}
    if is_object_created(event) or is_from(event, "s3"):
        return [_score_upload(upload, deadline) for upload in read_uploads(event)]
    if "task" in event:
        return _run_task(event, deadline)
    if "instances" in event:
        return _score_instances(event)
    if "source" in event:
        checkpoint = event.get("checkpoint")
        job = Job.from_event({name: event[name] for name in event if name != "checkpoint"})
        return _score_file(job, deadline, checkpoint)
    raise UnsupportedEventError("other_event")


def _score_upload(upload: Upload, deadline: Deadline) -> Summary:
    results = settings.results_bucket()
    if results is None:
        raise MedmaasError("no_results_bucket")
    job = make_job(upload, results)
    return {"status": "ignored"} if job is None else _score_file(job, deadline)


def _score_file(job: Job, deadline: Deadline, checkpoint: str | None = None) -> Summary:
    """Score a file, or begin to; who goes on is told by a message, if there is a queue."""
    state_machine = settings.state_machine_arn()
    large = fan_out.FanOut(state_machine, settings.fan_out_bytes()) if state_machine else None
    summary = run(job, registry, deadline, checkpoint=checkpoint, large=large)
    queue = settings.queue_url()
    if summary["status"] == "continued" and queue:
        rest = summary["job"] | {"checkpoint": summary["checkpoint"]}
        with translated_errors():
            client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(rest))
    return summary


def _score_instances(event: Event) -> Summary:
    """Answer instances row by row: what is wrong with one keeps no other from its answer."""
    body = {name: event[name] for name in event if name not in {"model", "version", "language"}}
    model = registry.get(str(event.get("model")), event.get("version"))
    words = Words(take_language(event), model.manifest)
    instances, options = take_request(body)
    if "explain_seconds" in body:
        problem = Problem(None, "explain_seconds", Fact("must_be_left_out"))
        raise InvalidRequestError("explain_seconds_of_event", [problem])
    check_options(model, options, len(instances))
    scorer = Scorer(model, "jsonl", options=options, words=words)
    scored = scorer.score(number_instances(instances))
    return {
        "status": "complete",
        "model": model.identity,
        "rows": scored.count + len({reject.row for reject in scored.rejects}),
        "scored": scored.count,
        "rejected": len({reject.row for reject in scored.rejects}),
        "predictions": [json.loads(line) for line in scored.predictions.splitlines()],
        "rejects": [json.loads(line) for line in scored.rejected.splitlines()],
    }


def _run_task(event: Event, deadline: Deadline) -> Summary:
    """A step of the state machine."""
    job = Job.from_event(event.get("job") or {})
    match event["task"]:
        case "plan":
            size = event.get("range_bytes", fan_out.RANGE_BYTES)
            return fan_out.plan(job, registry, size, deadline)
        case "score":
            part_of = fan_out.Range(**event["range"])
            return fan_out.score(job, registry, part_of, deadline, event.get("checkpoint"))
        case "finish":
            return fan_out.finish(job)
        case _:
            raise UnsupportedEventError("other_task")
