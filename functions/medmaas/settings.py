"""The only reader and writer of the process environment."""

import os
from pathlib import Path

MODELS = "MEDMAAS_MODELS"


def models_directory() -> Path:
    """Where the models are: `MEDMAAS_MODELS`, else `models` in the working directory."""
    return Path(os.environ.get(MODELS, "models"))


def results_bucket() -> str | None:
    """Where uploads are answered: `MEDMAAS_RESULTS`, the name of a bucket."""
    return os.environ.get("MEDMAAS_RESULTS") or None


def queue_url() -> str | None:
    """Who goes on when time runs out: `MEDMAAS_QUEUE_URL`, an SQS queue."""
    return os.environ.get("MEDMAAS_QUEUE_URL") or None


def state_machine_arn() -> str | None:
    """Who scores large files in parallel: `MEDMAAS_STATE_MACHINE_ARN`; nobody if it is not set."""
    return os.environ.get("MEDMAAS_STATE_MACHINE_ARN") or None


def fan_out_bytes() -> int:
    """From which size on a plain file is large: `MEDMAAS_FAN_OUT_BYTES`, else 512 MB."""
    return int(os.environ.get("MEDMAAS_FAN_OUT_BYTES", "512000000"))


def public_url() -> str | None:
    """Where callers find the service: `MEDMAAS_URL`, as in https://models.example.org/med.

    Its path, if it has one, stands before every path of the service.
    """
    return (os.environ.get("MEDMAAS_URL") or "").rstrip("/") or None


def issuers() -> str:
    """Whose tokens are taken: `MEDMAAS_ISSUERS`, as {"https://ehr.example": {"keys": []}}."""
    return os.environ.get("MEDMAAS_ISSUERS") or "{}"


def issuers_parameter() -> str | None:
    """Where else that JSON is: `MEDMAAS_ISSUERS_PARAMETER`, a name in AWS Parameter Store."""
    return os.environ.get("MEDMAAS_ISSUERS_PARAMETER") or None


def cors_origins() -> list[str]:
    """Browser clients of CDS Hooks: `MEDMAAS_CORS_ORIGINS`, separated by commas."""
    named = os.environ.get("MEDMAAS_CORS_ORIGINS", "").split(",")
    return [origin.strip() for origin in named if origin.strip() not in {"", "*"}]


def feedback_table() -> str | None:
    """Where feedback is kept: `MEDMAAS_FEEDBACK_TABLE`, a DynamoDB table; else the log."""
    return os.environ.get("MEDMAAS_FEEDBACK_TABLE") or None


def feedback_days() -> int:
    """How long feedback is kept in the table: `MEDMAAS_FEEDBACK_DAYS`, else 365."""
    return int(os.environ.get("MEDMAAS_FEEDBACK_DAYS") or 365)


def replay_table() -> str | None:
    """Where used tokens are remembered: `MEDMAAS_REPLAY_TABLE`; else in this process."""
    return os.environ.get("MEDMAAS_REPLAY_TABLE") or None


def sign_in() -> str:
    """Where people sign in who use the page: `MEDMAAS_SIGN_IN`, JSON; {} if nobody does."""
    return os.environ.get("MEDMAAS_SIGN_IN") or "{}"


def sign_in_parameter() -> str | None:
    """Where else that JSON is: `MEDMAAS_SIGN_IN_PARAMETER`, a name in AWS Parameter Store.

    None under `sam local`, which asks for no token and has no Parameter Store.
    """
    if os.environ.get("AWS_SAM_LOCAL") == "true":
        return None
    return os.environ.get("MEDMAAS_SIGN_IN_PARAMETER") or None


def initialised_for_snapshot() -> bool:
    """Whether Lambda SnapStart is about to freeze this process and start later ones from it."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def disable_telemetry() -> None:
    """Keep ONNX Runtime from writing a device id and sending events.

    Only works before onnxruntime is first imported: afterwards its thread already runs.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def keep_tokenizers_on_one_thread() -> None:
    """Keep the library tokenizers from starting threads, as of them it has one per processor."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
