"""Hosts on the loopback that speak HTTP as none should."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Talk = Callable[[socket.socket], None]
"""What a host sends instead of a page; it ends when nobody listens any more."""


@contextmanager
def raw_host(talk: Talk, host: str) -> Iterator[str]:
    """A host's address; it has no robots.txt, and no page that ends.

    Args:
        talk: what it does once it was asked for a page.
        host: an address of the loopback.
    """

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                asked = self.request.recv(65536)
                if b" /robots.txt " in asked:
                    self.request.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                elif asked:
                    talk(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server((host, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://{host}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def endless(head: bytes, more: bytes) -> Talk:
    """What sends something, and then the same again and again."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(more)

    return talk


def slow(head: bytes) -> Talk:
    """What sends something, and then a byte from time to time."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(head)
        while not _ended.wait(0.1):
            connection.sendall(b"x")

    _ended = threading.Event()
    return talk
