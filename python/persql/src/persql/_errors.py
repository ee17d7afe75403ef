from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ._results import SqlErrorDetail

PerSQLErrorCode = Literal[
    "api",
    "network",
    "timeout",
    "invalid_response",
    "invalid_argument",
    "local_mode",
    "closed",
]


class PerSQLError(Exception):
    """The error of every call. Its text never holds a token or a parameter.

    ``code`` says where the call failed:

    - ``api``: the API refused it, or its SQL failed; ``status`` and, for SQL, ``detail`` say why
    - ``network``: the API could not be reached, or the connection was lost
    - ``timeout``: no answer in time
    - ``invalid_response``: the answer is no JSON of the API, such as a proxy's error page

    Nothing was sent:

    - ``invalid_argument``: an option, name or value that cannot be used
    - ``local_mode``: it has no meaning in local mode
    - ``closed``: the client was closed before

    A write that failed with ``network``, ``timeout`` or ``invalid_response``, with a ``status`` of 500 or more and no
    ``detail``, or with the kind ``timeout`` in its ``detail``, may have been applied; any other was not, except for
    the statements before the failing one of a batch that is no transaction.
    """

    def __init__(
        self,
        code: PerSQLErrorCode,
        message: str,
        *,
        status: int | None = None,
        detail: SqlErrorDetail | None = None,
    ) -> None:
        super().__init__(message)
        self.code: PerSQLErrorCode = code
        #: HTTP status of the answer; in local mode, the one that a server would have given.
        self.status = status
        #: Why SQL failed.
        self.detail = detail


class RateLimitError(PerSQLError):
    """Status 429: too many calls."""

    def __init__(
        self, message: str, *, detail: SqlErrorDetail | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__("api", message, status=429, detail=detail)
        #: Seconds to wait before the next call, where the API tells.
        self.retry_after = retry_after


class ApprovalRequiredError(PerSQLError):
    """Status 403: a rule of the database asks for a person's approval of this write."""

    def __init__(
        self,
        message: str,
        *,
        approval_token: str,
        approval_url: str,
        hits: list[dict[str, Any]],
        expires_at: str | None,
        detail: SqlErrorDetail | None = None,
    ) -> None:
        super().__init__("api", message, status=403, detail=detail)
        #: Redeems the write once it is approved.
        self.approval_token = approval_token
        #: Where a person decides.
        self.approval_url = approval_url
        #: The rules that the write met.
        self.hits = hits
        #: ISO 8601.
        self.expires_at = expires_at


def invalid_argument(message: str) -> PerSQLError:
    return PerSQLError("invalid_argument", message)


def is_uncertain(error: PerSQLError) -> bool:
    """Whether a write that failed so may have been applied."""
    if error.code != "api":
        return error.code in ("network", "timeout", "invalid_response")
    return (error.status or 0) >= 500 and (error.detail is None or error.detail["kind"] == "timeout")


def after_all(uncertain: PerSQLError, last: PerSQLError) -> PerSQLError:
    """The error of a write that was given up with ``last``, after an attempt before it ended with ``uncertain``.

    A failure of its SQL means that no attempt was applied, because one that was would have been replayed. A lock comes
    before that, and with any other refusal nobody has looked.
    """
    is_locked = last.detail is not None and last.detail["kind"] == "database_locked"
    if is_uncertain(last) or (last.detail is not None and not is_locked):
        return last
    error = PerSQLError(uncertain.code, f"{uncertain} When it was repeated: {last}", status=uncertain.status)
    error.__cause__ = last
    return error
