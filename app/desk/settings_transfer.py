"""A kind of configuration as a file: to keep it, compare it, or bring it to another city."""

from typing import Any

import orjson
from flask import Response
from werkzeug.datastructures import FileStorage

from app.catalogue.configuration import Kind
from app.catalogue.configuration.building import Content
from app.core.language import gettext as _
from app.core.problems import Invalid

MOST_BYTES = 2_000_000


def answer(kind: Kind, version: int, content: Content) -> Response:
    """The file to download."""
    said = {"kind": kind.value, "version": version, "content": content}
    name = f"wangge-{kind}-{version}.json"
    response = Response(orjson.dumps(said, option=orjson.OPT_INDENT_2), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _bytes_of(file: FileStorage) -> bytes:
    """No more of it than shows that it is too long."""
    try:
        data: bytes = file.read(MOST_BYTES + 1)
        return data
    finally:
        file.close()


def read(kind: Kind, file: FileStorage | None) -> Any:
    """The content of an uploaded file, unchecked; raises Invalid when it is no such file."""
    data = _bytes_of(file) if file is not None else b""
    if not data:
        raise Invalid({"file": [_("Choose a file.")]})
    if len(data) > MOST_BYTES:
        raise Invalid({"file": [_("At most %(most)s MB.", most=MOST_BYTES // 1_000_000)]})
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Invalid({"file": [_("This is not a JSON file.")]}) from None
    if not isinstance(said, dict) or said.get("kind") != kind.value or "content" not in said:
        raise Invalid(
            {"file": [_("This file holds something else; one exported from this page is expected.")]}
        )
    return said["content"]
