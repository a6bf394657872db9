"""Errors of the core that a person can understand; free of HTTP.
`demeter.common.http` maps the kinds to status codes."""

from django.core.exceptions import BadRequest


class DomainError(Exception):
    """A request that cannot be served. `code` is for programs, the message tells a person what to do."""

    code = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInputError(DomainError):
    """The input is invalid; the message says how to correct it."""

    code = "invalid"


class NotFoundError(DomainError):
    """The object does not exist, or this user may not see it."""

    code = "not_found"


class ConflictError(DomainError):
    """The request is valid, but not in the current state."""

    code = "conflict"


class TooLargeError(DomainError):
    """More than the limits allow."""

    code = "too_large"


class UnavailableError(DomainError):
    """A service is down for the moment; trying again later helps."""

    code = "unavailable"


class DiskFullError(DomainError, BadRequest):
    """The disk is full. Also Django's `BadRequest`: a form's body is read before any view can catch the error."""

    code = "no_room"


class TooManyRequestsError(DomainError):
    """Too many requests; `retry_after_seconds` says when to try again."""

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
