"""The phone's modules, tested by node: one run per file of tests/field/js."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests/field/js").glob("*.test.js"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_node_agrees(file: Path) -> None:
    node = shutil.which("node")
    assert node, "node is needed: ./dev setup"
    command = [node, "--import", "./tests/field/js/imports.js", "--test", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
