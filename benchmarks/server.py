"""The web server as it runs in production (gunicorn, two workers of four threads), and its CPU."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import WHO, ask
from benchmarks.databases import ROOT, Filled

WORKERS, THREADS = 2, 4
PATIENCE = 60.0  # seconds until it must have started


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int

    def cpu_by_worker(self) -> dict[int, float]:
        """Seconds of CPU that each worker process has used."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(pid): _cpu(int(pid)) for pid in children}


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(filled: Filled) -> Iterator[Server]:
    """The application and the bench routes on a free port of this machine only."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = filled.engine.folder / filled.name
    environment = {**os.environ, "DATABASE_URL": filled.url, "WANGGE_INSTANCE": str(folder)}
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread"]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS), "--graceful-timeout", "2"]
    command += ["--bind", f"127.0.0.1:{port}", "benchmarks.wsgi:app"]
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(port, process)
            yield Server(process, port)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the web server ended at once; see web.log")
        try:
            if ask(port, WHO)[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server did not start")
