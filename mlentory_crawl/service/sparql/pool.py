"""The processes that answer questions: how many at once, for whom, and for how long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlentory_crawl.stores.sparql.folder import State

logger = logging.getLogger(__name__)

CHILD = "mlentory_crawl.service.sparql.child"
SECONDS = 5.0
"""The time that a question may take."""
MEMORY = 2 << 30
"""The bytes of memory that a process can take."""
AT_ONCE, AT_ONCE_FOR_ONE = 2, 1
"""Questions that are answered at the same time, of all clients and of one."""
WAITING, WAITING_FOR_ONE = 20, 4
"""Questions that may wait for their turn."""
START_SECONDS, END_SECONDS = 30.0, 5.0
WATCH_SECONDS = 1.0
CHUNK = 256 * 1024


class NotAnswered(Exception):
    """A question was not answered; another time it may be.

    Args:
        reason: why not, for a person.
        retry_after: the seconds after which it can be asked again.
    """

    def __init__(self, reason: str, retry_after: int) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question.

    Attributes:
        told: the ``outcome`` and what belongs to it.
        body: the result.
        state: what the answer is true for.
    """

    told: dict[str, Any]
    body: bytes
    state: State


@dataclass(slots=True)
class _Turns:
    """Lets a number of questions pass at once, and one of each client."""

    running: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @contextlib.asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        if self.waiting.total() >= WAITING or self.waiting[client] >= WAITING_FOR_ONE:
            raise NotAnswered("too many questions are waiting to be answered", int(SECONDS))
        async with self.changed:
            self.waiting[client] += 1
            try:
                async with asyncio.timeout(SECONDS):
                    await self.changed.wait_for(lambda: self._is_free(client))
            except TimeoutError:
                raise NotAnswered("other questions are being answered", int(SECONDS)) from None
            finally:
                self.waiting -= Counter({client: 1})
            self.running[client] += 1
        try:
            yield
        finally:
            async with self.changed:
                self.running -= Counter({client: 1})
                self.changed.notify_all()

    def _is_free(self, client: str) -> bool:
        return self.running.total() < AT_ONCE and self.running[client] < AT_ONCE_FOR_ONE


class _Process:
    """A process that answers one question at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.snapshot: Path | None = None

    @classmethod
    async def start(cls) -> _Process:
        pipe = asyncio.subprocess.PIPE
        # No variable of this process is its business, least of all passwords.
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", CHILD, str(MEMORY)),
            stdin=pipe,
            stdout=pipe,
            env=environment,
            start_new_session=True,
            limit=CHUNK,
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                ready = await process.stdout.readline()
        except TimeoutError:
            ready = b""
        if not ready:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            raise NotAnswered("the process that answers questions did not start", int(SECONDS))
        return cls(process)

    async def ask(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Return the answer to a question.

        Raises:
            EOFError: the process has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            await self._process.stdin.drain()
            told = json.loads(await self._process.stdout.readuntil(b"\n"))
            return told, await self._process.stdout.readexactly(told.pop("length"))
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            raise EOFError from error

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def ended(self) -> int:
        """Wait for the end of a process that answers no more, and return its code."""
        # Not killed at once: it is ending by itself, and only its own code says why.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                return await self._process.wait()
        self.kill()
        return await self._process.wait()


class Pool:
    """Answers questions about the last snapshot of a folder.

    Args:
        folder: the folder of the triples.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turns = _Turns()
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()
        self._watcher: asyncio.Task[None] | None = None

    def state(self) -> State | None:
        """Return what the last snapshot is; None where there is none yet.

        Raises:
            StoreError: that cannot be read.
        """
        found = State.read(self._folder)
        return found if found and found.snapshot and found.position else None

    async def ask(self, client: str, question: dict[str, Any], state: State) -> Answer:
        """Return the answer to a question.

        Args:
            client: who asks.
            question: as `child.answer` takes it.
            state: what is asked; where another has taken its place meanwhile, that.

        Raises:
            NotAnswered: it takes too long or too much, or others ask too much.
        """
        if self._watcher is None:
            self._watcher = asyncio.create_task(self._watch())
        async with self._turns.turn(client):
            deadline = time.monotonic() + SECONDS
            while True:
                state = self.state() or state
                told, body = await self._ask(question, state, deadline)
                # While it was being opened or read, another one has taken its place.
                if told["outcome"] != "gone" or self.state() == state:
                    return Answer(told, body, state)

    async def _ask(self, question: dict[str, Any], state: State, deadline: float) -> tuple[dict[str, Any], bytes]:
        snapshot = state.snapshot_in(self._folder)
        assert snapshot is not None
        process = await self._ready()
        process.snapshot = snapshot
        self._busy.add(process)
        is_answered = False
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                answer = await process.ask({**question, "snapshot": str(snapshot), "seconds": SECONDS})
            is_answered = True
            if answer[0]["outcome"] == "unreadable" and not snapshot.exists():
                answer = {"outcome": "gone"}, b""
        except TimeoutError:
            raise NotAnswered(f"the question took longer than {SECONDS:g} s", int(SECONDS)) from None
        except EOFError:
            code = await process.ended()
            if not snapshot.exists():
                return {"outcome": "gone"}, b""
            if code == -signal.SIGXCPU:
                raise NotAnswered(f"the question took longer than {SECONDS:g} s", int(SECONDS)) from None
            if code == -signal.SIGABRT:  # how the library ends when there is no memory
                raise NotAnswered("the question took more memory than it may", int(SECONDS)) from None
            logger.warning("A process that answered a question in SPARQL exited with code %s", code)
            raise NotAnswered("the question could not be answered", int(SECONDS)) from None
        finally:
            self._busy.discard(process)
            if is_answered:
                self._idle.append(process)
            else:
                process.kill()
        return answer

    async def _ready(self) -> _Process:
        while self._idle:
            process = self._idle.pop()
            if process.is_alive:
                return process
        return await _Process.start()

    async def _watch(self) -> None:
        """End the processes that have a snapshot open which is gone: its files may hold what was erased."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for process in (*self._idle, *self._busy):
                if process.snapshot is not None and not process.snapshot.exists():
                    process.kill()

    async def close(self) -> None:
        """End all processes."""
        if self._watcher is not None:
            self._watcher.cancel()
        for process in (*self._idle, *self._busy):
            await process.ended()
        self._idle.clear()
