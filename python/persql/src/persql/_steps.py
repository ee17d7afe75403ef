"""What a call does, apart from how it waits.

A call is a generator of steps. Whoever runs it, in a thread or in an event loop, does each step and sends back what
came of it, so both worlds share every rule: what is repeated, when, and what an answer means.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, Union

Result = TypeVar("Result")


@dataclass(frozen=True)
class Send:
    """Make one HTTP request. Its outcome is an `Answer`, or a `PerSQLError` that is thrown into the generator."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes | None
    #: Seconds.
    timeout: float


@dataclass(frozen=True)
class Wait:
    """Let the seconds pass."""

    seconds: float


@dataclass(frozen=True)
class Work:
    """Run the function, which may block. Its outcome is what it returns, or raises."""

    run: Callable[[], Any]


@dataclass(frozen=True)
class Answer:
    status: int
    #: With names in lower case.
    headers: Mapping[str, str]
    content: bytes


Step = Union[Send, Wait, Work]
Steps = Generator[Step, Any, Result]
