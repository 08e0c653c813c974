"""A PostgreSQL of the drill's own, whose processes it may kill with -9."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.web import free_port

PATIENCE = 60.0


@dataclass
class Cluster:
    """A server in a folder, on a port of this machine only; durable unless its options say otherwise."""

    folder: Path
    port: int
    programs: Path
    options: str = ""

    @property
    def address(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        os.chmod(self.folder, 0o755)
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        how = "-U postgres -A trust --data-checksums -E UTF8 --locale=C.UTF-8"
        self._run(f"{self.programs}/initdb -D {self.folder}/data {how}")

    def start(self) -> None:
        options = f"-p {self.port} -c unix_socket_directories= -h 127.0.0.1 {self.options}"
        self._run(
            f"{self.programs}/pg_ctl -W -D {self.folder}/data -l {self.folder}/log -o '{options}' start"
        )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                psycopg.connect(self.address.replace("+psycopg", ""), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start; see {self.folder}/log")

    def kill(self) -> None:
        """-9 to the postmaster and to each of its processes."""
        master = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        all_of_them = [master, *_children(master)]
        for pid in all_of_them:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        until = time.monotonic() + PATIENCE
        while any(_lives(pid) for pid in all_of_them) and time.monotonic() < until:
            time.sleep(0.01)
        # Where nobody buries the dead (a container's first process), PostgreSQL would take it for alive.
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def _run(self, command: str) -> None:
        """PostgreSQL refuses to run as root."""
        if os.getuid() == 0:
            line = ["su", "postgres", "-s", "/bin/sh", "-c", f"cd /; {command}"]
        else:
            line = ["sh", "-c", command]
        subprocess.run(line, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A fresh one whose pages carry sums; removed at the end."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    folder.mkdir(parents=True)
    made = Cluster(folder, free_port(), found[-1], "-c shared_buffers=128MB")
    made.make()
    made.start()
    try:
        yield made
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            made.kill()
        shutil.rmtree(folder, ignore_errors=True)
