"""The arguments of a client, checked. The messages do not show what they were given: it may be a secret."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

import httpx

from ._errors import PerSQLError, invalid_argument
from ._exchange import Attempts

DEFAULT_BASE_URL = "https://api.persql.com"


@dataclass(frozen=True)
class Settings:
    token: str
    base_url: str
    attempts: Attempts

    @staticmethod
    def of(token: str | None, base_url: str | None, timeout: float, max_retries: int) -> Settings:
        # An empty variable counts as one that is not set, and so does an empty argument.
        url = base_url or os.environ.get("PERSQL_API_URL") or DEFAULT_BASE_URL
        return Settings(_token(token), _base_url(url), Attempts(timeout, max_retries))

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "content-type": "application/json"}


def _token(token: str | None) -> str:
    trimmed = (token or "").strip()
    if trimmed == "":
        raise invalid_argument(
            'Pass a token, as in PerSQL(token=os.environ["PERSQL_TOKEN"]), or a path as "local".'
        )
    if not re.fullmatch(r"[\x21-\x7e]+", trimmed):
        raise invalid_argument("The token has characters that no token has.")
    return trimmed


def _base_url(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or url.host == "" or url.userinfo or url.query or url.fragment:
        raise invalid_argument("base_url must be an http or https URL without credentials or query.")
    return str(url).rstrip("/")


def transport_error(error: httpx.HTTPError, base_url: str, timeout: float) -> PerSQLError:
    if isinstance(error, httpx.TimeoutException):
        return PerSQLError("timeout", f"No answer from the PerSQL API within {timeout:g} s.")
    origin = httpx.URL(base_url).copy_with(path="/")
    cut = isinstance(error, (httpx.ReadError, httpx.RemoteProtocolError, httpx.DecodingError))
    what = "The connection was lost to" if cut else "Could not reach"
    return PerSQLError("network", f"{what} the PerSQL API at {str(origin).rstrip('/')}.")
