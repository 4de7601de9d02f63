"""Requests that can not be served, as typed errors; problems *in the data* are findings, never raised.

    MusterError
    ├── InvalidRequestError      422  the request's words are off
    │   └── EmptyUploadError     400
    ├── UnreadableFileError      415  no reader understands the bytes (exit code 2 on the command line)
    ├── TooLargeError            413
    ├── NotSignedInError         401
    ├── ForbiddenError           403
    ├── NotFoundError            404
    ├── ConflictError            409
    │   ├── FlowInTheWayError    409  names the flow and both ways out
    │   └── IllegalMoveError     409  the state machine refuses; names what is allowed
    ├── BusyError                409  another writer of the engagement; carries Retry-After
    ├── StorageFullError         507
    ├── DatabaseUnavailableError 503  PostgreSQL does not answer; trying again may help
    └── FlowError                500  a flow could not be worked on; carries the phase

Every error carries its facts as attributes, a stable `code`, and a message that says what to do next.
"""

from __future__ import annotations

from typing import Any, ClassVar


class MusterError(Exception):
    """Base of all refusals. `facts` join the problem document as extra members."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, message: str, **facts: Any) -> None:  # noqa: ANN401 - facts are whatever JSON can hold
        super().__init__(message)
        self.message = message
        self.facts = facts


class InvalidRequestError(MusterError):
    """A field of the request is wrong; facts name it."""

    status = 422
    code = "invalid_request"
    title = "The request is not valid"


class EmptyUploadError(InvalidRequestError):
    """Nothing was sent."""

    status = 400
    code = "empty_upload"
    title = "The upload is empty"


class UnreadableFileError(MusterError):
    """No reader understands the file; the message says what it is and what to send instead."""

    status = 415
    code = "unreadable_file"
    title = "The file can not be read"


class TooLargeError(MusterError):
    """A limit of size was passed; facts give the limit."""

    status = 413
    code = "too_large"
    title = "The file is too large"


class NotSignedInError(MusterError):
    """No valid token or session."""

    status = 401
    code = "not_signed_in"
    title = "Sign in first"


class ForbiddenError(MusterError):
    """Signed in, but without the permission here."""

    status = 403
    code = "forbidden"
    title = "You may not do this here"


class NotFoundError(MusterError):
    """No such thing in this engagement (another tenant's id reads the same)."""

    status = 404
    code = "not_found"
    title = "There is no such thing here"


class ConflictError(MusterError):
    """The state of things does not allow it now."""

    status = 409
    code = "conflict"
    title = "This conflicts with what is there"


class FlowInTheWayError(ConflictError):
    """An incomplete flow stands in the way; facts hold `existing_flow` and `recommendations`."""


class IllegalMoveError(ConflictError):
    """The state machine refuses the move; facts hold `status`, `phase` and `allowed`."""

    code = "illegal_move"
    title = "The flow can not do this now"


class BusyError(ConflictError):
    """Another change of this engagement is running; facts hold `retry_after` in seconds."""

    code = "busy"
    title = "The engagement is busy"


class StorageFullError(MusterError):
    """The disk or the object store has no room; nothing was written."""

    status = 507
    code = "storage_full"
    title = "There is no room to store this"


class DatabaseUnavailableError(MusterError):
    """PostgreSQL can not be reached, or the connection to it was lost in the middle of a transaction."""

    status = 503
    code = "database_unavailable"
    title = "The database is not available"


class FlowError(MusterError):
    """A flow could not be worked on; facts hold `flow_id` and `phase`."""

    code = "flow_failed"
    title = "The flow failed"
