"""Work on large bodies that the event loop does not wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

LARGE = 64 * 1024
"""The size in bytes below which handing a body to a thread takes longer than the work itself."""

T = TypeVar("T")


async def aside(size: int, work: Callable[..., T], *given: Any) -> T:
    """Return the result of work on so many bytes, in a thread if they are many."""
    return await asyncio.to_thread(work, *given) if size > LARGE else work(*given)
