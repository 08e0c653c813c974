"""A TCP proxy of our own that does to answers what bad networks do.

The client asks for a fault in the header `Drill-Fault`, so that a run with the same seed fails the same way.
"""

import socket
import struct
import threading
import time
from contextlib import suppress
from types import TracebackType

FAULTS = ("cut-0", "cut-half", "cut-last", "reset", "slow", "late", "request")
"""Nothing of the answer, half of it, all but its last byte; a reset; byte by byte; late; half of the request.

Of all but `slow` and `late` the client never has a whole answer.
"""
HEADER = b"drill-fault"
PIECES, PAUSE, DELAY = 8, 0.005, 0.05
PATIENCE = 60.0


class Proxy:
    """Listens on a free port of this machine and passes on what comes to another port of it."""

    def __init__(self, onward: int) -> None:
        self.onward = onward
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self.socket.getsockname()[1]

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self.socket.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """One exchange after the other, each on a connection of its own to the server."""
        client.settimeout(PATIENCE)
        with client, suppress(OSError):
            while request := _message(client):
                fault = _fault_of(request)
                if fault == "request":
                    _forward(self.onward, request[: len(request) // 2], whole=False)
                    return
                answer = _forward(self.onward, request, whole=True)
                if not answer or not _give(client, answer, fault):
                    return


def _forward(port: int, request: bytes, *, whole: bool) -> bytes:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as server:
        server.sendall(request)
        return _message(server) if whole else b""


def _give(client: socket.socket, answer: bytes, fault: str) -> bool:
    """Pass the answer on as the fault has it; whether the connection goes on."""
    if fault in ("cut-0", "cut-half", "cut-last"):
        kept = {"cut-0": 0, "cut-half": len(answer) // 2, "cut-last": len(answer) - 1}[fault]
        client.sendall(answer[:kept])
        return False
    if fault == "reset":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False
    if fault == "late":
        time.sleep(DELAY)
    if fault == "slow":
        step = max(len(answer) // PIECES, 1)
        for start in range(0, len(answer), step):
            client.sendall(answer[start : start + step])
            time.sleep(PAUSE)
        return True
    client.sendall(answer)
    return True


def _message(source: socket.socket) -> bytes:
    """A whole request or answer; empty when the other side has ended before one is whole."""
    got = b""
    while (head := got.find(b"\r\n\r\n")) < 0:
        part = source.recv(1 << 16)
        if not part:
            return b""
        got += part
    wanted = head + 4 + int(_header(got[:head], b"content-length") or 0)
    while len(got) < wanted:
        part = source.recv(1 << 16)
        if not part:
            return b""
        got += part
    return got


def _header(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n")[1:]:
        key, _colon, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip()
    return b""


def _fault_of(request: bytes) -> str:
    return _header(request[: request.find(b"\r\n\r\n")], HEADER).decode()
