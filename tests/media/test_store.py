import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.media.render import Size
from app.media.store import FolderStore, derived_key, original_key

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HASH = "ab" + "0" * 62


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "photos")


def files(store: FolderStore) -> list[str]:
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.is_file())


def test_where_things_stand() -> None:
    assert original_key(HASH) == f"original/ab/{HASH}"
    assert derived_key(HASH, Size.THUMB) == f"derived/thumb/ab/{HASH}.jpg"


def test_what_was_put_is_got_byte_for_byte(store: FolderStore) -> None:
    data = bytes(range(256)) * 1000
    store.put(original_key(HASH), data)
    assert store.get(original_key(HASH)) == data
    assert store.has(original_key(HASH))
    assert files(store) == [original_key(HASH)], "something else was left behind"


def test_what_was_never_put_is_absent(store: FolderStore) -> None:
    assert store.get(original_key(HASH)) is None
    assert not store.has(original_key(HASH))


def test_putting_again_leaves_the_first(store: FolderStore) -> None:
    store.put("original/ab/x", b"first")
    store.put("original/ab/x", b"other")
    assert store.get("original/ab/x") == b"first"


def test_a_file_gets_its_name_only_when_it_is_whole_on_disk(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []
    really = os.fsync

    def fsync(handle: int) -> None:
        name = os.readlink(f"/proc/self/fd/{handle}")
        seen.append(
            (Path(name).parent.name if Path(name).is_file() else Path(name).name, store.has("original/ab/x"))
        )
        really(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    store.put("original/ab/x", b"whole")
    assert seen[-2:] == [("tmp", False), ("ab", True)]
    assert ("original", False) in seen, "a new folder was not made durable in its parent"


def test_a_full_disk_leaves_nothing(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("original/ab/x", b"first")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put("original/ab/y", b"second")
    assert files(store) == ["original/ab/x"]


def test_what_a_process_that_died_left_half_written_goes_after_its_time(store: FolderStore) -> None:
    store.put("original/ab/x", b"whole")
    for name, age in (("old", 7200), ("young", 60)):
        half = store.root / "tmp" / name
        half.write_bytes(b"half")
        os.utime(half, (NOW.timestamp() - age,) * 2)
    assert store.sweep(NOW - timedelta(hours=1)) == 1
    assert files(store) == ["original/ab/x", "tmp/young"]


def test_sweeping_an_empty_store_is_nothing(store: FolderStore) -> None:
    assert store.sweep(NOW) == 0
