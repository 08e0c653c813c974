"""What a drill needs around the phone: a server that can be killed, a line to be cut, a ledger outside."""

import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.areas import tiny_city

ROOT = Path(__file__).resolve().parents[2]
WRITES = ("PUT", "POST")
NGINX_413 = b"<html><head><title>413 Request Entity Too Large</title></head></html>"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """gunicorn on a copy of the product, so that a drill can put another version in its place."""

    def __init__(self, instance: Path, code: Path) -> None:
        self.instance, self.code, self.port = instance, code, free_port()
        skip = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / "app", code / "app", ignore=skip)
        shutil.copytree(ROOT / "migrations", code / "migrations", ignore=skip)
        shutil.copy(ROOT / "wsgi.py", code / "wsgi.py")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = {n: v for n, v in os.environ.items() if not n.startswith(("WANGGE_", "DATABASE_"))}
        env |= {
            "WANGGE_INSTANCE": str(self.instance),
            "WANGGE_CITY": tiny_city.CITY,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        address = f"127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "gunicorn", "--threads", "8", "--bind", address, "wsgi:app"]
        with (self.instance / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self.code, env=env, stdout=log, stderr=log, start_new_session=True
            )
        for _attempt in range(300):
            try:
                urlopen(f"http://{address}/healthz", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError((self.instance / "server.log").read_text())

    def kill(self) -> None:
        """kill -9 of the server and its workers, in the middle of whatever they do."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)


@dataclass
class Line:
    """The way between phone and server; everything the page asks goes through here.

    `down`: no answer at all. `cut_every`: of so many writes one is carried out, and its reply is lost.
    `too_large`: so many photos are refused with 413, as a proxy does, before the server sees them.
    """

    target: int
    down: bool = False
    cut_every: int = 0
    too_large: int = 0
    cuts: int = 0
    refused: int = 0
    writes: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        line = self

        class Handler(_Handler):
            way = line

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def refuses(self, method: str, path: str) -> bool:
        with self._guard:
            if method != "PUT" or "/photos/" not in path or not self.too_large:
                return False
            self.too_large -= 1
            self.refused += 1
            return True

    def cuts_now(self, method: str, path: str) -> bool:
        with self._guard:
            if method not in WRITES or not path.startswith("/api/") or not self.cut_every:
                return False
            self.writes += 1
            lost = self.writes % self.cut_every == 0
            self.cuts += lost
            return lost


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    way: Line

    def log_message(self, *_said: Any) -> None:
        """Nothing."""

    def _carry(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.way.down:
            self._cut()
        elif self.way.refuses(self.command, self.path):
            self._answer(413, [("Content-Type", "text/html")], NGINX_413)
        else:
            self._pass_on(body)

    def _pass_on(self, body: bytes) -> None:
        """A reply is lost only after the server has done its work and said so."""
        upstream = http.client.HTTPConnection("127.0.0.1", self.way.target, timeout=60)
        try:
            upstream.request(self.command, self.path, body or None, dict(self.headers.items()))
            reply = upstream.getresponse()
            content = reply.read()
        except (OSError, http.client.HTTPException):
            self._cut()
            return
        finally:
            upstream.close()
        if self.way.cuts_now(self.command, self.path):
            self._cut()
        else:
            self._answer(reply.status, reply.getheaders(), content)

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "keep-alive"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        with suppress(OSError):  # the phone has gone meanwhile
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else content)

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _carry


@dataclass
class Ledger:
    """What was photographed, written down outside the page: draft → SHA-256 of each photo's bytes."""

    photos: dict[str, list[str]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(len(hashes) for hashes in self.photos.values())


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
