from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, cast

from . import _texts
from ._errors import (
    ApprovalRequiredError,
    PerSQLError,
    RateLimitError,
    after_all,
    invalid_argument,
    is_uncertain,
)
from ._redact import Redactor
from ._results import snake_case
from ._steps import Answer, Send, Steps, Wait

_FIRST_DELAY = 0.1
_LONGEST_DELAY = 5.0
#: A server that asks for more is not waited for.
_LONGEST_RETRY_AFTER = 60.0
_OVERLOADED = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Attempts:
    """How often a call is tried, and how long each time."""

    #: Seconds.
    timeout: float
    max_retries: int

    def __post_init__(self) -> None:
        if isinstance(self.timeout, bool) or not self.timeout > 0:
            raise invalid_argument("timeout must be a number of seconds above 0.")
        if isinstance(self.max_retries, bool) or self.max_retries < 0:
            raise invalid_argument("max_retries must be 0 or a positive integer.")


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: object = None
    #: Whether to apply it twice does no harm.
    repeatable: bool = False
    #: Whether it may change something, so that it matters what became of an attempt without an answer.
    is_write: bool = False
    redactor: Redactor = field(default_factory=lambda: Redactor([]))


def exchange(call: Call, attempts: Attempts) -> Steps[dict[str, Any]]:
    """The envelope of the success that answers the call."""
    send = Send(
        call.method,
        call.path,
        call.headers,
        None if call.body is None else json.dumps(call.body, separators=(",", ":")).encode("ascii"),
        attempts.timeout,
    )
    uncertain: PerSQLError | None = None
    attempt = 0
    while True:
        retry_after: float | None = None
        try:
            answer: Answer = yield send
            envelope = _success(answer)
            if envelope is not None:
                return envelope
            error = _failure(answer, call.redactor)
            retry_after = _retry_after(answer)
        except PerSQLError as failure:
            error = failure
        delay = _delay(attempt, retry_after) if call.repeatable and attempt < attempts.max_retries else None
        if delay is None or not _is_temporary(error):
            raise after_all(uncertain, error) if uncertain else error
        if call.is_write and uncertain is None and is_uncertain(error):
            uncertain = error
        yield Wait(delay)
        attempt += 1


def _success(answer: Answer) -> dict[str, Any] | None:
    # Some servers answer so to what deletes.
    if answer.status == 204:
        return {"success": True, "data": None}
    if not 200 <= answer.status < 300:
        return None
    body = _parse(answer)
    if not isinstance(body, dict):
        return None
    envelope = cast("dict[str, Any]", body)
    return envelope if envelope.get("success") is True and "data" in envelope else None


def _parse(answer: Answer) -> Any:
    try:
        if answer.headers.get("content-type") == _texts.MEDIA_TYPE:
            return _texts.parse(answer.content)
        return json.loads(answer.content)
    except (ValueError, KeyError, TypeError):
        return None


def _failure(answer: Answer, redactor: Redactor) -> PerSQLError:
    status = answer.status
    parsed = _parse(answer)
    body = cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else {}
    text = body.get("error")
    message = redactor.text(text) if isinstance(text, str) and text else f"HTTP {status}"
    error_detail = body.get("errorDetail")
    detail: Any = redactor.detail(snake_case(error_detail)) if isinstance(error_detail, dict) else None
    if 300 <= status < 400:
        redirects = f"The PerSQL API redirects (HTTP {status}). Pass the address it redirects to as base_url."
        return PerSQLError("api", redirects, status=status)
    if status == 429:
        return RateLimitError(message, detail=detail, retry_after=_retry_after(answer))
    if status == 403 and isinstance(body.get("approvalToken"), str):
        return ApprovalRequiredError(
            message,
            approval_token=body["approvalToken"],
            approval_url=str(body.get("approvalUrl") or ""),
            hits=snake_case(body.get("hits") or []),
            expires_at=body.get("expiresAt"),
            detail=detail,
        )
    # A success by its status that is none by its body did not come from the API as it is documented.
    if 200 <= status < 300 and body.get("success") is not False:
        return PerSQLError(
            "invalid_response", f"HTTP {status} without an answer of the PerSQL API", status=status
        )
    return PerSQLError("api", message, status=status, detail=detail)


def _is_temporary(error: PerSQLError) -> bool:
    """What failed as SQL fails again, except for locks. Without a detail the answer came from before the SQL."""
    if error.code != "api":
        return error.code in ("network", "timeout", "invalid_response")
    if error.detail is not None:
        return error.detail["kind"] == "database_locked"
    return error.status in _OVERLOADED


def _delay(attempt: int, retry_after: float | None) -> float | None:
    """Seconds before the next attempt, or none where the server asks for too long a time."""
    wanted = retry_after or 0.0
    if wanted > _LONGEST_RETRY_AFTER:
        return None
    bound = min(_FIRST_DELAY * 2**attempt, _LONGEST_DELAY)
    return wanted + bound * random.uniform(0.5, 1.0)


def _retry_after(answer: Answer) -> float | None:
    """Seconds that a ``Retry-After`` header asks for: a number, or a date."""
    header = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", header):
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
