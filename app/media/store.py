"""Where photos are kept: by the hash of their bytes, so that keeping twice is keeping once."""

import os
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from app.core.config import settings
from app.media.render import Size


class PhotoStore(Protocol):
    """All that is asked of a place for photos. Keys are relative paths with `/`."""

    def put(self, key: str, data: bytes) -> None:
        """Keep `data`; when this returns, it survives a power cut. A known key is left as it is."""

    def get(self, key: str) -> bytes | None: ...

    def has(self, key: str) -> bool: ...

    def sweep(self, before: datetime) -> int:
        """Remove what a process that died has left half written before this instant; how many files."""


def original_key(sha256: str) -> str:
    return f"original/{sha256[:2]}/{sha256}"


def derived_key(sha256: str, size: Size) -> str:
    return f"derived/{size}/{sha256[:2]}/{sha256}.jpg"


def photo_store() -> PhotoStore:
    """The store of this installation."""
    return FolderStore(settings().instance / "photos")


class FolderStore:
    """A folder on this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, data: bytes) -> None:
        path = self.root / key
        if not path.exists():
            _make_folder(path.parent)
            half = self._write_beside(data)
            half.rename(path)
        # Also for a file found there: whoever wrote it may not have come this far yet.
        _sync(path.parent)

    def get(self, key: str) -> bytes | None:
        try:
            return (self.root / key).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, key: str) -> bool:
        return (self.root / key).is_file()

    def sweep(self, before: datetime) -> int:
        gone = 0
        for half in (self.root / "tmp").glob("*"):
            if half.stat().st_mtime < before.timestamp():
                half.unlink(missing_ok=True)
                gone += 1
        return gone

    def _write_beside(self, data: bytes) -> Path:
        """A finished file on the same disk, not yet under its name."""
        _make_folder(self.root / "tmp")
        path = self.root / "tmp" / uuid4().hex
        try:
            with path.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path


def _make_folder(folder: Path) -> None:
    """Make it and its parents, each one durable before the next stands in it."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o750, exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
