"""The calling side of a workload: many connections on one thread, so that the load itself costs the shared cores little."""

import contextlib
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_READ_BYTES = 262_144


@dataclass(frozen=True)
class Driven:
    """What a load found: how long all of it took, each answer's wait in seconds, sorted, and each answer's body length."""

    seconds: float
    waits: list[float]
    body_bytes: list[int]

    def p95_ms(self) -> float:
        """The wait that 95 of 100 answers did not exceed, in milliseconds."""
        return round(1_000 * self.waits[int(0.95 * (len(self.waits) - 1))], 1)


@dataclass
class _Connection:
    sock: socket.socket
    queue: Iterator[bytes]
    unsent: memoryview = field(default_factory=lambda: memoryview(b""))
    received: bytearray = field(default_factory=bytearray)
    began: float = 0.0


def drive(port: int, queues: Sequence[Iterator[bytes]]) -> Driven:
    """Send each queue's requests in their order over a connection of its own, the next one when the answer is there.

    Two connections may share a queue. Raises `RuntimeError` for an answer that is no success.
    """
    waits: list[float] = []
    sizes: list[int] = []
    with selectors.DefaultSelector() as selector:
        connections = [_Connection(_connect(port), queue) for queue in queues]
        start = time.perf_counter()
        for connection in connections:
            selector.register(connection.sock, selectors.EVENT_READ, connection)
            _next(selector, connection)
        while selector.get_map():
            for key, events in selector.select():
                connection = key.data
                if events & selectors.EVENT_WRITE:
                    _send(selector, connection)
                if events & selectors.EVENT_READ and (size := _receive(connection)) is not None:
                    waits.append(time.perf_counter() - connection.began)
                    sizes.append(size)
                    _next(selector, connection)
        return Driven(time.perf_counter() - start, sorted(waits), sizes)


def _connect(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=120)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setblocking(False)
    return sock


def _next(selector: selectors.BaseSelector, connection: _Connection) -> None:
    request = next(connection.queue, None)
    if request is None:
        selector.unregister(connection.sock)
        connection.sock.close()
        return
    connection.unsent, connection.began = memoryview(request), time.perf_counter()
    _send(selector, connection)


def _send(selector: selectors.BaseSelector, connection: _Connection) -> None:
    with contextlib.suppress(BlockingIOError):
        connection.unsent = connection.unsent[connection.sock.send(connection.unsent) :]
    wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.unsent else 0)
    selector.modify(connection.sock, wanted, connection)


def _receive(connection: _Connection) -> int | None:
    """The length of the answer's body when all of it is there."""
    piece = connection.sock.recv(_READ_BYTES)
    if not piece:
        raise RuntimeError("the server closed a connection")
    connection.received += piece
    end = connection.received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(connection.received[:end])
    length = _content_length(head)
    if len(connection.received) < end + 4 + length:
        return None
    if not head.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 204 ")):
        raise RuntimeError(bytes(connection.received[:2_000]).decode("utf-8", "replace"))
    connection.received.clear()
    return length


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0
