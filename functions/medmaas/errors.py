"""Every error medmaas raises on purpose, with the HTTP status it becomes.

MedmaasError                    500
├── MalformedBodyError          400  the body cannot be read as JSON
├── InvalidCallError            400  the body is JSON, but not a call of the protocol it came by
├── UnauthorisedError           401  no token, or an invalid one
├── ForbiddenError              403  the token is of an issuer that nobody configured
├── NotFoundError               404  no such model, version or page
├── MethodNotAllowedError       405
├── MissingPrefetchError        412  what CDS Hooks must bring along is not there
├── TooLargeError               413  too many bytes or instances
├── UnsupportedMediaTypeError   415
├── IncompleteResultsError           a part of a file has not been scored
├── InvalidRequestError         422  the body is JSON, but not a request this model answers
├── RefusedFileError            422  a file that can never be scored
├── InvalidModelError                the files of a model do not fit together
├── ModelOutputError            500  the model gave something that is no answer
├── ModelUnavailableError       503  the model is here, but cannot be trusted to answer
├── ModelsDirectoryError        503  there is no directory of models
├── ServerError                      the server cannot listen where it was told to
├── SettingError                     the environment sets what cannot be understood
├── StorageError                503  the storage failed: what was asked may work later
│   └── CheckpointLostError          what an earlier invocation uploaded is gone
└── UnsupportedEventError            the Lambda event is none that this function answers

An error carries a fact, which words/ turns into one sentence for the caller: it names the field,
the limit and the way out, and never holds a value that the caller sent.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from medmaas.facts import Fact


class Problem(NamedTuple):
    """What is to be said of one field of one instance; never the value itself."""

    instance: int | None
    field: str | None
    fact: Fact


class MedmaasError(Exception):
    """Base of all errors that are part of the interface.

    Args:
        fact: what is to be said, or its code.
        details: of what, field by field.
        limits: what the words of the code need.
    """

    status = 500

    def __init__(
        self,
        fact: Fact | str,
        details: Sequence[Problem] = (),
        **limits: Any,  # noqa: ANN401 - whatever JSON holds
    ) -> None:
        self.fact = fact if isinstance(fact, Fact) else Fact(fact, **limits)
        self.details = list(details)
        super().__init__(self.fact.code)


class MalformedBodyError(MedmaasError):
    """The body cannot be read as JSON."""

    status = 400


class InvalidCallError(MedmaasError):
    """The body is JSON, but breaks a rule of the protocol that it came by."""

    status = 400


class UnauthorisedError(MedmaasError):
    """There is no token, or an invalid one."""

    status = 401


class ForbiddenError(MedmaasError):
    """The token is of an issuer that nobody configured."""

    status = 403


class NotFoundError(MedmaasError):
    """No such model, version or page."""

    status = 404


class MethodNotAllowedError(MedmaasError):
    """The page exists, but not for this method."""

    status = 405


class MissingPrefetchError(MedmaasError):
    """What a call of CDS Hooks must bring along is not there."""

    status = 412


class TooLargeError(MedmaasError):
    """More bytes or instances than one request may carry."""

    status = 413


class UnsupportedMediaTypeError(MedmaasError):
    """The body is not announced as JSON."""

    status = 415


class IncompleteResultsError(MedmaasError):
    """A part of a file has not been scored, so there is no manifest."""


class InvalidRequestError(MedmaasError):
    """The body is JSON, but not a request this model answers; `details` lists every problem."""

    status = 422


class ModelOutputError(MedmaasError):
    """The model gave something that is no answer."""


class InvalidModelError(MedmaasError):
    """The files of a model do not fit together, or not this machine."""


class ModelUnavailableError(MedmaasError):
    """The model is listed, but failed a check and does not answer; the message says which."""

    status = 503


class ModelsDirectoryError(MedmaasError):
    """There is no directory of models, or nothing in it."""

    status = 503


class RefusedFileError(MedmaasError):
    """A file that can never be scored, however often it is tried."""

    status = 422


class ServerError(MedmaasError):
    """The server cannot listen where it was told to."""


class SettingError(MedmaasError):
    """The environment sets what cannot be understood."""


class StorageError(MedmaasError):
    """The storage failed: what was asked may work later."""

    status = 503


class CheckpointLostError(StorageError):
    """What an earlier invocation uploaded is gone: the next one begins anew."""


class UnsupportedEventError(MedmaasError):
    """The Lambda event is none that this function answers."""
