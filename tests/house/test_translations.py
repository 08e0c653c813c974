"""Every text of the interface has its Chinese, with the same placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CHINESE = ROOT / "app/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def texts() -> dict[str, str]:
    """msgid (its singular) → the file where it stands."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return {_singular(message): name for name, _line, message, _comments, _context in found}


def _singular(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def words_of(message: Message) -> str:
    return "".join(message.string) if isinstance(message.string, (tuple, list)) else message.string


def test_extraction_finds_the_interface() -> None:
    assert "Sign out" in texts()


def test_every_text_has_its_chinese(chinese: Catalog) -> None:
    missing = [f"{name}: {text}" for text, name in texts().items() if not _translated(chinese, text)]
    assert not missing, "\n".join(sorted(missing))


def _translated(catalogue: Catalog, text: str) -> bool:
    message = catalogue.get(text)
    return message is not None and bool(words_of(message)) and not message.fuzzy


def test_no_text_is_translated_in_vain(chinese: Catalog) -> None:
    wanted = texts()
    assert [_singular(m.id) for m in chinese if m.id and _singular(m.id) not in wanted] == []


def test_placeholders_survive_translation(chinese: Catalog) -> None:
    for message in chinese:
        if message.id:
            expected = set(PLACEHOLDER.findall(_plural(message)))
            found = set(PLACEHOLDER.findall(words_of(message)))
            assert found == expected, f"{message.id!r}: {found ^ expected}"


def _plural(message: Message) -> str:
    return message.id[-1] if isinstance(message.id, (tuple, list)) else message.id
