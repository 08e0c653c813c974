"""A longer list asks the database no more often."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.core.db import db
from tests.cast import Caller, bring_to
from tests.desk.pages import page


@contextmanager
def counted() -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield said
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", ["/desk/?tab=all", "/desk/cases", "/desk/map?level=grid"])
def test_the_statements_of_a_list_do_not_grow_with_it(cast: dict[str, Caller], path: str) -> None:
    uuid = bring_to("closed", cast)
    page(cast["dana"], path)  # what is kept in memory is read once
    with counted() as few:
        page(cast["dana"], path)
    for _n in range(5):
        cast["ines"].photo(bring_to("handled", cast), "check")
    with counted() as many:
        html = page(cast["dana"], path)
    assert uuid in html or "table" in html
    assert len(many) <= len(few)
    assert len(many) <= 18, "\n".join(many)
