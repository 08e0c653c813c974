"""Files the browser loads: each room's static folder under one address, named by content.

`/static/<room>/…` comes from `app/<room>/static/<room>/…`, `/static/vendor/…` from `app/static/vendor/…`.
An address that carries the content's digest may be kept for ever, so a new release needs no reload trick.
Every script of a room is importable as `wangge/<room>/<name>`.
"""

import base64
import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

import orjson
from flask import Flask, Response, current_app, request, send_from_directory

from app.core.access import ANYONE, allow

TEXTS = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
APP = Path(__file__).resolve().parent.parent
_modules: dict[str, str] = {}


def module(name: str, path: str) -> None:
    """Let pages `import … from "<name>"`; `path` as in `asset`."""
    _modules[name] = path


def asset(path: str) -> str:
    """The address of a static file (`core/shell.css`), stamped with its content."""
    file = _file(path)
    if not file.is_file():
        return f"/static/{path}"
    return f"/static/{path}?v={_digest(file, file.stat().st_mtime_ns)}"


def importmap() -> str:
    """The JSON of the page's import map."""
    names = {name: asset(path) for name, path in sorted(_modules.items())}
    return orjson.dumps({"imports": names}).decode()


def importmap_source() -> str:
    """The CSP source that admits exactly this import map."""
    digest = hashlib.sha256(importmap().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def init_app(app: Flask) -> None:
    rooms = sorted(folder.parent.name for folder in APP.glob("*/static") if folder.is_dir())
    app.add_url_rule(
        f"/static/<any({', '.join(rooms)}):room>/<path:path>", "room_static", allow(ANYONE)(_room_static)
    )
    app.after_request(_keep_stamped)
    app.jinja_env.globals.update(asset=asset, importmap=importmap)
    module("maplibre-gl", "vendor/maplibre-gl/maplibre-gl.mjs")
    module("maplibre-gl/worker", "vendor/maplibre-gl/maplibre-gl-worker.mjs")
    module("idb", "vendor/idb/index.js")
    module("echarts", "vendor/echarts/echarts.common.min.js")
    for script in APP.glob("*/static/*/*.js"):
        room = script.parent.name
        module(f"wangge/{room}/{script.stem}", f"{room}/{script.name}")


def _room_static(room: str, path: str) -> Response:
    return send_from_directory(APP / room / "static" / room, path)


def _keep_stamped(response: Response) -> Response:
    if request.path.startswith("/static/") and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if response.mimetype in TEXTS:
            file = _file(request.path.removeprefix("/static/"))
            pack(response, _packed(file, file.stat().st_mtime_ns))
    return response


def pack(response: Response, packed: bytes) -> Response:
    """Answer with these gzipped bytes instead, if the reader takes them.

    Only for what holds nobody's data: lengths of packed pages tell of secrets in them.
    """
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") and "Range" not in request.headers:
        response.direct_passthrough = False
        if close := getattr(response.response, "close", None):
            close()  # the file that would have been sent
        response.set_data(packed)
        response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=512)
def _packed(file: Path, changed_ns: int) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)


def _file(path: str) -> Path:
    room, _, rest = path.partition("/")
    if room == "vendor":
        return Path(current_app.static_folder or APP / "static") / path
    return APP / room / "static" / room / rest


@lru_cache(maxsize=512)
def _digest(file: Path, changed_ns: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
