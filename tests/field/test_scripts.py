"""The phone's queue without a browser: `node --test`, with a database in memory."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent / "js/queue"
ROOT = HERE.parents[3]
NODE = shutil.which("node") or shutil.which("node", path=ROOT / ".venv/bin")


@pytest.mark.parametrize("script", sorted(HERE.glob("*.test.js")), ids=lambda path: path.name)
def test_the_scripts_of_the_phone(script: Path) -> None:
    assert NODE, "node is needed: ./dev test installs it"
    command = [NODE, "--import", str(HERE / "load.mjs"), "--test", str(script)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    telling = ("not ok", "  error:", "  location:")
    failed = [line for line in run.stdout.splitlines() if line.startswith(telling)]
    assert run.returncode == 0, "\n".join([*failed, run.stderr[-2000:]])
