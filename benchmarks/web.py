"""A web server that a drill may kill and start again on the same port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds until it must have started


@dataclass
class Web:
    """gunicorn with its workers, in a process group of its own."""

    url: str
    folder: Path
    module: str = "wsgi:app"
    more: Mapping[str, str] = field(default_factory=dict)
    workers: int = 2
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Web":
        self.port = self.port or free_port()
        environment = {
            **os.environ,
            "DATABASE_URL": self.url,
            "WANGGE_INSTANCE": str(self.folder),
            "WANGGE_SECRET_KEY": "bench",
            **self.more,
        }
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--no-control-socket",
            "--preload",
            "--worker-class",
            "gthread",
        ]
        command += ["--workers", str(self.workers), "--threads", "4", "--log-level", "warning"]
        command += ["--bind", f"127.0.0.1:{self.port}", self.module]
        with (self.folder / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        return self

    def wait(self) -> "Web":
        """Until it answers."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 2) as line:
                    line.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
                    if b" 200 " in line.recv(200):
                        return self
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"the web server did not start; see {self.folder / 'web.log'}")

    def kill(self) -> None:
        """-9 to all of its processes at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def kill_worker(self, which: int) -> bool:
        """-9 to one worker, which gunicorn replaces; false if it has none yet."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if not children:
            return False
        try:
            os.kill(int(children[which % len(children)]), signal.SIGKILL)
        except ProcessLookupError:  # it has just ended by itself
            return False
        return True


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
