"""A server that dies: connections to a real one, which end after so many bytes, as do all later ones."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CHUNK = 4096


@contextmanager
def dying_server(address: tuple[str, int], after: int) -> Iterator[tuple[str, int]]:
    """The address of a server that hands on to another until it has received so many bytes in all.

    Args:
        address: of the other.
        after: the number of bytes.
    """
    left = [after]
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []
    connections: list[socket.socket] = []

    def hand_on(source: socket.socket, target: socket.socket, counts: bool) -> None:
        with contextlib.suppress(OSError):
            while left[0] > 0 and (chunk := source.recv(CHUNK)):
                if counts:
                    left[0] -= len(chunk)
                if left[0] > 0:
                    target.sendall(chunk)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while left[0] > 0:
                client, _ = listener.accept()
                server = socket.create_connection(address)
                connections.extend((client, server))
                for source, target, counts in ((client, server, True), (server, client, False)):
                    threads.append(threading.Thread(target=hand_on, args=(source, target, counts)))
                    threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield ("127.0.0.1", listener.getsockname()[1])
    finally:
        left[0] = 0
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        accepting.join()
        listener.close()
        for each in connections:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
