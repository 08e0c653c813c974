"""A power cut for a folder: what a server did not sync is forgotten (see forgetting.c)."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("forgetting.c")


@dataclass(frozen=True)
class Disk:
    """A folder whose files have shadows beside it: what would be on the disk."""

    root: Path
    shadow: Path
    library: Path

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": str(self.library),
            "FORGET_ROOT": f"{self.root}/",
            "FORGET_SHADOW": f"{self.shadow}/",
        }

    def power_cut(self) -> None:
        """The shadow takes the folder's place. Call it when every process on it is dead."""
        shutil.rmtree(self.root)
        shutil.copytree(self.shadow, self.root, ignore=shutil.ignore_patterns(".inode"))
        self.begin()

    def begin(self) -> None:
        """What is there now counts as synced."""
        shutil.rmtree(self.shadow, ignore_errors=True)
        shutil.copytree(self.root, self.shadow)


def disk(root: Path) -> Disk | None:
    """None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = root.parent / "forgetting.so"
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(SOURCE)]
    subprocess.run(command, check=True)
    made = Disk(
        Path(os.path.realpath(root)), Path(os.path.realpath(root.with_name(f"{root.name}-shadow"))), library
    )
    made.begin()
    return made
