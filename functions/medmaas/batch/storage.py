"""Where files come from and results go to: a bucket here, a folder of this machine in local.py.

The only file of batch that knows AWS: by botocore, which boto3 is made of and takes twice as long
to load. Nothing of an error of AWS's is passed on, because it may name a key, and a key may name a
patient.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol

from medmaas import cold_start
from medmaas.batch.job import Job
from medmaas.errors import CheckpointLostError, RefusedFileError, StorageError
from medmaas.table import source
from medmaas.table.pictures import FOLDERS
from medmaas.table.source import BLOCK

_PART = 8_000_000  # bytes that S3 takes as one part of many; its least is 5 MiB
_GROWTH = 1_000  # parts after which parts get larger, because S3 takes 10,000 at most
_READS = 3  # a connection that breaks within a body is not retried by boto3
_GONE = {"404", "NoSuchKey", "NoSuchVersion", "NotFound", "412", "PreconditionFailed"}
# what is gone is then the upload of results, never the file: S3 may answer without a body
_UPLOADS = {"UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload"}
_NO_UPLOAD = {"404", "NoSuchUpload"}
# what a key may be refused with, by S3 or by boto3 before it asks
_NOT_FOR_KEYS = {
    "InvalidArgument", "InvalidObjectState", "InvalidURI", "KeyTooLongError", "MethodNotAllowed",
    "ParamValidationError", "400",
}  # fmt: skip
_S3 = "s3://"


class Source(source.Source, Protocol):
    """One file, of which one certain content is read."""

    etag: str
    metadata: dict[str, str]  # what was said of it when it was sent; empty once it is known


class Writer(Protocol):
    """A file of results while it is written; nobody sees it before it is closed."""

    size: int

    def write(self, data: bytes) -> None:
        """Add a chunk's bytes."""

    def close(self) -> str:
        """Make the file appear, whole; gives its sha256."""

    def abort(self) -> None:
        """Leave nothing behind."""

    def suspend(self) -> dict[str, Any]:
        """What another process needs to go on writing."""


class Folder(Protocol):
    """Where the results of one job go."""

    url: str

    def read(self, name: str) -> bytes | None:
        """A whole small file; None if there is none."""

    def write(self, name: str, data: bytes) -> None:
        """A whole small file, at once."""

    def delete(self, name: str) -> None:
        """Remove a file, if it is there."""

    def open(self, name: str, suspended: dict[str, Any] | None = None) -> Writer:
        """Begin a file, or go on with one that was suspended."""


def open_source(job: Job) -> Source:
    """The file of a job.

    Raises:
        RefusedFileError: it is not there, or no longer has the content that the job names.
        StorageError: the storage does not answer.
    """
    if job.source.startswith(_S3):
        return _Object(job)
    from medmaas.batch.local import LocalFile  # noqa: PLC0415 - Lambda has no use for it

    return LocalFile(job.source)


def open_folder(url: str) -> Folder:
    """The folder of a job's results."""
    if url.startswith(_S3):
        return _Prefix(url)
    from medmaas.batch.local import LocalFolder  # noqa: PLC0415 - as above

    return LocalFolder(url)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise StorageError, without their words, for what boto3 and the network raise."""
    try:
        yield
    except Exception as error:
        if isinstance(error, StorageError | RefusedFileError):
            raise
        code = _code(error)
        if code in _NO_UPLOAD and getattr(error, "operation_name", None) in _UPLOADS:
            raise CheckpointLostError("storage_failed", cause="NoSuchUpload") from None
        if code in _GONE:
            raise RefusedFileError("file_gone") from None
        raise StorageError("storage_failed", cause=code or type(error).__name__) from None


@cache
def client(service: str) -> Any:  # noqa: ANN401 - botocore's clients have no types
    """A client of an AWS service, made once.

    Raises:
        StorageError: boto3 is not installed.
    """
    with cold_start.importing():
        try:
            from botocore.session import get_session  # noqa: PLC0415 - Lambda's runtime has it
        except ModuleNotFoundError as error:
            raise StorageError("needs_boto3") from error
        with translated_errors():
            session = get_session()
            # else botocore opens the folders of 400 services, twice, to see whether this is one
            session.get_component("data_loader").list_available_services = lambda _: [service]
            return session.create_client(service)


class _Object:
    """An object of S3, read in ranges of exactly the content that the job names."""

    def __init__(self, job: Job) -> None:
        self._bucket, self._key = _split(job.source)
        self._version = {"VersionId": job.version_id} if job.version_id else {}
        self.metadata = {}
        if job.etag is None or job.size is None:
            with translated_errors():
                head = client("s3").head_object(
                    Bucket=self._bucket,
                    Key=self._key,
                    **self._version,
                    **({"IfMatch": f'"{job.etag}"'} if job.etag else {}),
                )
            self.etag, self.size = head["ETag"].strip('"'), head["ContentLength"]
            self.metadata = head["Metadata"]
        else:
            self.etag, self.size = job.etag, job.size

    def read(self, start: int, end: int) -> bytes:
        end = min(end, self.size)
        if start >= end:
            return b""
        with translated_errors():
            return _read_range(
                Bucket=self._bucket,
                Key=self._key,
                Range=f"bytes={start}-{end - 1}",
                IfMatch=f'"{self.etag}"',
                **self._version,
            )

    def read_neighbour(self, key: str, at_most: int) -> bytes | None:
        if not key.startswith(FOLDERS):  # the function may read nothing else
            return None
        try:
            with translated_errors():
                answer = client("s3").get_object(Bucket=self._bucket, Key=key)
                return bytes(answer["Body"].read(at_most + 1))
        except RefusedFileError:
            return None
        except StorageError as error:
            if error.fact.limits.get("cause") in _NOT_FOR_KEYS:
                return None  # of this key alone: trying again changes nothing
            raise


class _Prefix:
    """A folder of S3."""

    def __init__(self, url: str) -> None:
        self._bucket, prefix = _split(url)
        self._prefix = f"{prefix.rstrip('/')}/" if prefix else ""
        self.url = f"{_S3}{self._bucket}/{self._prefix}"

    def read(self, name: str) -> bytes | None:
        try:
            with translated_errors():
                return _read_range(**self._place(name))
        except RefusedFileError:
            return None

    def write(self, name: str, data: bytes) -> None:
        with translated_errors():
            client("s3").put_object(**self._place(name), Body=data)

    def delete(self, name: str) -> None:
        with translated_errors():
            client("s3").delete_object(**self._place(name))

    def open(self, name: str, suspended: dict[str, Any] | None = None) -> Writer:
        return _Upload(self._place(name), suspended)

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{name}"}


class _Upload:
    """A multipart upload, or one put if the file stays small.

    Parts end with chunks, so that whoever scores the same rows uploads the same parts.
    """

    def __init__(self, place: dict[str, str], suspended: dict[str, Any] | None) -> None:
        state = suspended or {"upload": None, "parts": [], "size": 0, "rest": ""}
        self._place = place
        self._upload: str | None = state["upload"]
        self._parts: list[str] = state["parts"]
        self._rest = bytearray(base64.b64decode(state["rest"]))
        self.size: int = state["size"]
        # a hash cannot be suspended: a file that was is read again when it is whole
        self._sha256 = None if suspended else hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._rest += data
        self.size += len(data)
        if self._sha256:
            self._sha256.update(data)
        if len(self._rest) >= _PART * (1 + len(self._parts) // _GROWTH):
            self._flush()

    def close(self) -> str:
        with translated_errors():
            if self._upload is None:
                client("s3").put_object(**self._place, Body=bytes(self._rest))
            else:
                if self._rest:
                    self._flush()
                parts = [{"PartNumber": i, "ETag": e} for i, e in enumerate(self._parts, start=1)]
                client("s3").complete_multipart_upload(
                    **self._place, UploadId=self._upload, MultipartUpload={"Parts": parts}
                )
            return self._sha256.hexdigest() if self._sha256 else self._hash()

    def abort(self) -> None:
        if self._upload:
            with translated_errors():
                client("s3").abort_multipart_upload(**self._place, UploadId=self._upload)

    def suspend(self) -> dict[str, Any]:
        rest = base64.b64encode(self._rest).decode()
        return {"upload": self._upload, "parts": self._parts, "size": self.size, "rest": rest}

    def _flush(self) -> None:
        with translated_errors():
            if self._upload is None:
                self._upload = client("s3").create_multipart_upload(**self._place)["UploadId"]
            answer = client("s3").upload_part(
                **self._place,
                UploadId=self._upload,
                PartNumber=len(self._parts) + 1,
                Body=bytes(self._rest),
            )
        self._parts.append(answer["ETag"])
        self._rest.clear()

    def _hash(self) -> str:
        sha256 = hashlib.sha256()
        for start in range(0, self.size, BLOCK):
            end = min(start + BLOCK, self.size) - 1
            sha256.update(_read_range(**self._place, Range=f"bytes={start}-{end}"))
        return sha256.hexdigest()


def _read_range(**request: str) -> bytes:
    for attempt in range(1, _READS + 1):
        answer = client("s3").get_object(**request)
        try:
            return bytes(answer["Body"].read())
        except Exception:
            if attempt == _READS:
                raise
    raise AssertionError("the loop returns or raises")


def _split(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix(_S3).partition("/")
    return bucket, key


def _code(error: Exception) -> str | None:
    response = getattr(error, "response", None)
    code: str | None = response["Error"].get("Code") if isinstance(response, dict) else None
    return code
