"""A closed-loop HTTP client: some keep-alive connections, each sends its next request when answered.

Connections are shared out evenly over the server's worker processes before anything is measured: left to
chance they sometimes all land on one worker, and every ratio is then wrong by up to three times.
"""

import select
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

CLIENTS = 8
MOST_TRIES = 400
WHO = b"GET /bench/worker HTTP/1.1\r\nHost: bench\r\n\r\n"


@dataclass(frozen=True)
class Sample:
    """What one round saw: seconds of each request, how many were refused, the client's own CPU."""

    latencies: NDArray[np.float64]
    seconds: float
    failed: int
    client_cpu: float

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


def get(path: str, token: str | None = None) -> bytes:
    return _request("GET", path, token, b"")


def put(path: str, token: str, body: bytes) -> bytes:
    return _request("PUT", path, token, body)


def _request(method: str, path: str, token: str | None, body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", "Accept-Encoding: identity"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection:
    """A socket and what has been read of its present answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self._got = b""
        self._length = -1

    def send(self, request: bytes) -> None:
        self._got, self._length, self.began = b"", -1, perf_counter()
        self.socket.sendall(request)

    def receive(self) -> int:
        """The status once the whole answer is here, else 0."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionError("the server closed the connection")
        self._got += part
        if self._length < 0:
            head = self._got.find(b"\r\n\r\n")
            if head < 0:
                return 0
            self._length = head + 4 + _content_length(self._got[:head])
        return int(self._got[9:12]) if len(self._got) >= self._length else 0

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """One whole exchange: status and body."""
        self.send(request)
        while not (status := self.receive()):
            pass
        return status, self._got[self._got.index(b"\r\n\r\n") + 4 :]


def _content_length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"\r\ncontent-length:")
    if at < 0:
        return 0
    return int(lower[at + 17 :].split(b"\r\n", 1)[0])


def ask(port: int, request: bytes) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    connection = Connection(port)
    try:
        return connection.ask(request)
    finally:
        connection.socket.close()


def balanced(port: int, clients: int, workers: int) -> list[Connection]:
    """`clients` connections, the same number on every worker."""
    shares: dict[bytes, list[Connection]] = {}
    surplus: list[Connection] = []
    for _ in range(MOST_TRIES):
        connection = Connection(port)
        _, worker = connection.ask(WHO)
        mine = shares.setdefault(worker, [])
        (mine if len(mine) < clients // workers else surplus).append(connection)
        if sum(map(len, shares.values())) == clients // workers * workers:
            break
    for connection in surplus:
        connection.socket.close()
    if len(shares) != workers:
        raise RuntimeError(f"only {len(shares)} of {workers} workers took connections")
    return [connection for share in shares.values() for connection in share]


def load(connections: Sequence[Connection], requests: Iterator[bytes], wanted: int, seconds: float) -> Sample:
    """Keep all connections busy for so long, or until the requests run out."""
    by_file = {connection.socket.fileno(): connection for connection in connections}
    poll = select.epoll()
    for file in by_file:
        poll.register(file, select.EPOLLIN)
    latencies, failed, busy = [], 0, len(connections)
    began, cpu = perf_counter(), process_time()
    for connection in connections:
        connection.send(next(requests))
    while busy:
        for file, _ in poll.poll(30):
            connection = by_file[file]
            status = connection.receive()
            if not status:
                continue
            ended = perf_counter()
            latencies.append(ended - connection.began)
            failed += status != wanted
            following = next(requests, None) if ended - began < seconds else None
            if following is None:
                busy -= 1
            else:
                connection.send(following)
    poll.close()
    return Sample(np.array(latencies), perf_counter() - began, failed, process_time() - cpu)
