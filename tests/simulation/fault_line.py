"""A line with faults between simulated phones and a real server.

The phone that draws a fault from its seed names it in the header `X-Fault`; the line takes the header off and does it on the real
socket. So a schedule meets the same faults in every run, however many others share the line.
"""

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

_PAGE = b"<!doctype html><title>Welcome to Hotel Wi-Fi</title><form action=/login>Accept the terms</form>"
_HEAD_BYTES_MAX = 65_536
_HANG_S = 3.0
_LATE_S = 0.03
_ONE_HOP = {b"connection", b"keep-alive", b"x-fault"}

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Gone(Exception):
    """The other side closed, or is not there."""


@dataclass(frozen=True)
class Message:
    """A request or a reply: the first line, the headers but those of one hop, the body."""

    first: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def value(self, name: bytes) -> bytes:
        return next((value for key, value in self.headers if key.lower() == name), b"")

    def encoded(self, *, close: bool = False) -> bytes:
        """As it goes on; with `close`, the connection is to end after it."""
        lines = [self.first, *(name + b": " + value for name, value in self.headers if name.lower() not in _ONE_HOP)]
        lines += [b"Connection: close"] if close else []
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


@dataclass
class FaultLine:
    """The line: `done` counts what it did, by fault; `port` is where phones connect, `upstream_port` where the server listens."""

    upstream_port: int
    done: Counter[str] = field(default_factory=Counter)
    port: int = 0
    _late: set["asyncio.Task[None]"] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a phone, request after request."""
        try:
            while await self._one(reader, writer):
                pass
        except (Gone, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection goes on."""
        request = await read_message(reader, is_reply_to=None)
        fault = request.value(b"x-fault").decode() or "none"
        self.done[fault] += 1
        name, _, detail = fault.partition(":")
        act: Callable[[Message, str], Coroutine[None, None, bytes]] | None = getattr(self, f"_{name}", None)
        if act is None:
            raise AssertionError(f"no such fault: {fault}")
        reply = await act(request, detail)
        if reply:
            writer.write(reply)
            await writer.drain()
        return name in ("none", "delay", "portal", "redirect", "status", "twice", "late_twin")

    async def _none(self, request: Message, detail: str) -> bytes:
        return (await self._ask(request)).encoded()

    async def _delay(self, request: Message, detail: str) -> bytes:
        await asyncio.sleep(_LATE_S)
        return (await self._ask(request)).encoded()

    async def _lose_request(self, request: Message, detail: str) -> bytes:
        return b""

    async def _lose_reply(self, request: Message, detail: str) -> bytes:
        await self._ask(request)
        return b""

    async def _cut_request(self, request: Message, detail: str) -> bytes:
        """The server gets the head and half of the body."""
        _, upstream = await self._open()
        upstream.write(request.encoded()[: -max(1, len(request.body) // 2)])
        await upstream.drain()
        upstream.close()
        return b""

    async def _cut_reply(self, request: Message, detail: str) -> bytes:
        reply = await self._ask(request)
        return reply.encoded()[: -max(1, len(reply.body) // 2)]

    async def _twice(self, request: Message, detail: str) -> bytes:
        """The same request two times at once; the phone hears the second answer."""
        answers = await asyncio.gather(self._ask(request), self._ask(request))
        return answers[1].encoded()

    async def _late_twin(self, request: Message, detail: str) -> bytes:
        """A copy comes in later, when the phone has gone on."""
        reply = await self._ask(request)
        twin = asyncio.ensure_future(self._later(request))
        self._late.add(twin)
        twin.add_done_callback(self._late.discard)
        return reply.encoded()

    async def _later(self, request: Message) -> None:
        await asyncio.sleep(_LATE_S)
        with contextlib.suppress(Gone, OSError, asyncio.IncompleteReadError):
            await self._ask(request)

    async def _portal(self, request: Message, detail: str) -> bytes:
        return _page(request, 200)

    async def _redirect(self, request: Message, detail: str) -> bytes:
        return _page(request, 302, b"Location: http://portal.invalid/login\r\n")

    async def _status(self, request: Message, detail: str) -> bytes:
        return _page(request, int(detail), b"Retry-After: 7\r\n" if detail in ("429", "503") else b"")

    async def _hang(self, request: Message, detail: str) -> bytes:
        await asyncio.sleep(_HANG_S)
        return b""

    async def _ask(self, request: Message) -> Message:
        """The server's own answer to the whole request, on a connection of its own."""
        reader, writer = await self._open()
        try:
            writer.write(request.encoded(close=True))
            await writer.drain()
            return await read_message(reader, is_reply_to=request)
        finally:
            writer.close()

    async def _open(self) -> Streams:
        try:
            return await asyncio.open_connection("127.0.0.1", self.upstream_port, limit=_HEAD_BYTES_MAX)
        except OSError as error:
            raise Gone from error


async def read_head(reader: asyncio.StreamReader) -> Message:
    """A message without its body, which is still to be read."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].split(b"\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    return Message(first, headers, b"")


async def read_message(reader: asyncio.StreamReader, is_reply_to: Message | None) -> Message:
    """A request, or the reply to one."""
    head = await read_head(reader)
    if head.value(b"transfer-encoding"):
        raise AssertionError("neither the app nor the server sends in pieces")
    length = int(head.value(b"content-length") or 0)
    bodiless = is_reply_to is not None and (is_reply_to.first.startswith(b"HEAD ") or head.first.split()[1] in (b"204", b"304"))
    return head if bodiless or not length else Message(head.first, head.headers, await reader.readexactly(length))


def _page(request: Message, status: int, more: bytes = b"") -> bytes:
    """What somebody else answers: a page, whatever was asked."""
    length = b"Content-Length: %d\r\n" % len(_PAGE)
    head = b"HTTP/1.1 %d Other\r\nContent-Type: text/html\r\n%s%s\r\n" % (status, length, more)
    return head if request.first.startswith(b"HEAD ") else head + _PAGE


class _Listens(Protocol):
    """Serves connections, and is told on which port."""

    port: int

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None: ...


_Line = TypeVar("_Line", bound=_Listens)


@contextmanager
def listening(line: _Line) -> Iterator[_Line]:
    """A line on a free port of loopback, in a thread of its own."""
    loop = asyncio.new_event_loop()
    # The loop itself holds what it runs by weak references only.
    held: set[asyncio.Task[None] | asyncio.Server] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = loop.create_task(line.serve(reader, writer))
        held.add(task)
        task.add_done_callback(held.discard)

    async def listen() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=_HEAD_BYTES_MAX, backlog=1024)
        line.port = server.sockets[0].getsockname()[1]
        held.add(server)

    loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(_ended(asyncio.all_tasks(loop)))
        loop.close()


def before(upstream_port: int) -> AbstractContextManager[FaultLine]:
    """A line with faults to the server on that port of loopback."""
    return listening(FaultLine(upstream_port))


async def _ended(tasks: set["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
