"""Errors of the core that a person can understand; free of HTTP.
`demeter.common.http` maps the kinds to status codes."""

from django.core.exceptions import BadRequest


class DomainError(Exception):
    """A request that cannot be served as asked. `code` is for programs, the message tells a person what to do."""

    code = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInputError(DomainError):
    """The input is wrong; the message says how to right it."""

    code = "invalid"


class NotFoundError(DomainError):
    """There is no such thing, or it is not this user's to see."""

    code = "not_found"


class ConflictError(DomainError):
    """Right in itself, but not in the present state."""

    code = "conflict"


class TooLargeError(DomainError):
    """More than the limits allow."""

    code = "too_large"


class UnavailableError(DomainError):
    """A service is down for the moment; trying again later helps."""

    code = "unavailable"


class DiskFullError(DomainError, BadRequest):
    """The disk is full. Django's `BadRequest` too: a form's body is read before any view could catch a refusal."""

    code = "no_room"


class TooManyRequestsError(DomainError):
    """Too often; `retry_after_seconds` says when it may be tried again."""

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
