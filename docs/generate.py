"""Writes the parts of the documentation that are read from the product's own definitions.

A page keeps its prose; what stands between `<!-- begin x -->` and `<!-- end x -->` is made here.
`.venv/bin/python -m docs.generate` renews them all; tests/house/test_docs.py fails when one lags.
"""

import inspect
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import click
from flask import Flask

from app import create_app
from app.core.access import allowed
from app.core.config import Settings
from app.maps.layers import LAYERS, Layer
from app.workflow.diagram import mermaid
from app.workflow.moves import ANY, MOVES, Move
from app.workflow.statuses import Status
from app.workflow.tasks import BY_ACTION, OWED_BY, TaskKind

DOCS = Path(__file__).resolve().parent
BLOCK = re.compile(r"(<!-- begin (\S+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


@dataclass(frozen=True)
class Variable:
    """One environment variable; `default` as a reader should understand it."""

    name: str
    default: str
    meaning: str


PRODUCT = (
    Variable(
        "WANGGE_INSTANCE",
        "`instance`",
        "The folder of this installation: photos, secret key, the SpatiaLite file. Back it up.",
    ),
    Variable(
        "DATABASE_URL",
        "`wangge.sqlite` in the instance",
        "`postgresql://user:password@host/database` for PostgreSQL with PostGIS. "
        "One database serves one city.",
    ),
    Variable(
        "WANGGE_SECRET_KEY",
        "`secret.key` in the instance",
        "Signs cookies. Made at the first start; every machine that serves the same city needs the same one.",
    ),
    Variable("WANGGE_CITY", "`440600`", "Code of the city; case numbers begin with it."),
    Variable("WANGGE_ZONE", "`Asia/Shanghai`", "Time zone of the city: what a day is."),
    Variable(
        "WANGGE_BASEMAP_URL", "none", "Raster tiles under the maps, see [basemap](../how-to/basemap.md)."
    ),
    Variable("WANGGE_BASEMAP_CRS", "`gcj02`", "Datum of those tiles: `gcj02` or `wgs84`."),
    Variable(
        "WANGGE_HTTPS",
        "off",
        "`1`: cookies travel over https only. Set it wherever people reach the server by https.",
    ),
    Variable(
        "WANGGE_PROXIES",
        "0",
        "How many trusted proxies stand in front (nginx alone: `1`). Only then is the address they report "
        "believed; without it everyone behind the proxy shares one limit of wrong passwords.",
    ),
    Variable(
        "WANGGE_PUBLIC_URL", "none", "Address by which people reach the server; links in mails begin with it."
    ),
    Variable(
        "WANGGE_SMTP_URL",
        "none",
        "`smtp://user:password@host:587` or `smtps://…`: the mail server. Without it mails become files.",
    ),
    Variable("WANGGE_MAIL_FROM", "`wangge@localhost`", "Sender of mails."),
    Variable("WANGGE_MAIL_FOLDER", "`mail` in the instance", "Where mails go while there is no server."),
    Variable(
        "SPATIALITE_LIBRARY_PATH",
        "`mod_spatialite`",
        "The SpatiaLite module, where it lies elsewhere.",
    ),
)
SCRIPT = (
    Variable("PORT", "`8000`", "Port of `./dev run`."),
    Variable("HOST", "`127.0.0.1`", "Address that `./dev run` listens on; `0.0.0.0` for all."),
    Variable("WEB_CONCURRENCY", "`2`", "Web server processes of `./dev run`, with four threads each."),
    Variable("PYTHON", "`python3`", "Which Python makes `.venv`: 3.11 to 3.14."),
    Variable(
        "WANGGE_NO_ROOT",
        "off",
        "`1`: install no Debian package, unpack SpatiaLite into the instance instead.",
    ),
    Variable(
        "WANGGE_TEST_POSTGRES",
        "a private server",
        "Address of a PostgreSQL where tests and benchmarks may make and drop databases.",
    ),
)
LIMITS = {
    "body_limit": "Bytes of a JSON body; more is 413.",
    "photo_limit": "Bytes of one photo; more is 413.",
    "session_idle_hours": "Hours without a request after which a session has ended.",
    "session_days": "Days after which a session has ended; so long an inspector stays signed in on a phone.",
}
FROM_ELSEWHERE = ("flask_migrate", "flask_smorest", "flask.cli")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(map(line, [head, ["---"] * len(head), *rows]))


def line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |\n"


def code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


OPENED_ELSEWHERE = {
    TaskKind.ACCEPT: "filing, `verify_pass`, `verify_fail`",
    TaskKind.VERIFY: "filing by the public",
    TaskKind.ACKNOWLEDGE: "filing in a category of emergencies",
    TaskKind.ASSIST: "`dispatch` with `assisting`",
    TaskKind.RESPOND: "`whistle`",
    TaskKind.REVIEW: "`approve` of a suspension",
}


# --- workflow --------------------------------------------------------------------------------------------


def moves(_app: Flask) -> str:
    head = ("action", "from", "to", "who", "needs", "also takes", "not at the level")
    return table(head, (_move(row) for row in MOVES))


def _move(row: Move) -> tuple[str, ...]:
    sources = "any" if row.sources == ANY else code(s for s in Status if s in row.sources)
    target = "where it was" if row.back else f"`{row.target}`" if row.target else "stays"
    return (
        f"`{row.action}`" + (f" ({row.applied})" if row.applied else ""),
        sources,
        target,
        row.who,
        code(need.name for need in row.needs if need.required),
        code(need.name for need in row.needs if not need.required),
        code(sorted(row.barred_at)),
    )


def diagram(_app: Flask) -> str:
    return f"```mermaid\n{mermaid()}```\n"


def tasks(_app: Flask) -> str:
    opened = {kind: [a for a, change in BY_ACTION.items() if change.opens is kind] for kind in TaskKind}
    closed = {kind: [a for a, change in BY_ACTION.items() if change.closes is kind] for kind in TaskKind}
    rows = (
        (f"`{k}`", OWED_BY[k], OPENED_ELSEWHERE.get(k, "") or code(opened[k]), code(closed[k]))
        for k in TaskKind
    )
    return table(("task", "owed by", "opened by", "closed by"), rows)


# --- reference -------------------------------------------------------------------------------------------


def environment(_app: Flask) -> str:
    return _variables(PRODUCT)


def script_environment(_app: Flask) -> str:
    return _variables(SCRIPT)


def _variables(variables: Iterable[Variable]) -> str:
    rows = ((f"`{each.name}`", each.default, each.meaning) for each in variables)
    return table(("variable", "default", "meaning"), rows)


def limits(_app: Flask) -> str:
    defaults = {field.name: field.default for field in fields(Settings)}
    rows = ((f"`{name}`", f"{defaults[name]:,}", meaning) for name, meaning in LIMITS.items())
    return table(("name", "value", "meaning"), rows)


def commands(app: Flask) -> str:
    return "\n".join(_command(name, command) for name, command in own_commands(app.cli))


def own_commands(group: click.Group, before: str = "flask") -> Iterator[tuple[str, click.Command]]:
    """The product's commands by their whole name; those that libraries bring are left out."""
    for name, command in sorted(group.commands.items()):
        full = f"{before} {name}"
        if isinstance(command, click.Group):
            yield from own_commands(command, full)
        elif not inspect.unwrap(command.callback).__module__.startswith(FROM_ELSEWHERE):  # type: ignore[arg-type]
            yield full, command


def _command(name: str, command: click.Command) -> str:
    pieces = command.collect_usage_pieces(click.Context(command))
    usage = " ".join([name, *(piece for piece in pieces if piece != "[OPTIONS]")])
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    rows = [(f"`{_signature(o)}`", _about(o)) for o in options]
    return f"### `{usage}`\n\n{inspect.cleandoc(command.help or '')}\n" + (
        "\n" + table(("option", "meaning"), rows) if rows else ""
    )


def _signature(option: click.Option) -> str:
    taken = "" if option.is_flag else f" {option.make_metavar(click.Context(click.Command('x')))}"
    return f"{'/'.join(option.opts)}{taken}"


def _about(option: click.Option) -> str:
    default = f"Default `{option.default}`." if option.show_default and option.default is not None else ""
    return " ".join(filter(None, (option.help, "Required." if option.required else "", default)))


def layers(app: Flask) -> str:
    head = ("code", "label", "tiles", "layer in the tile", "drawn as")
    with app.test_request_context(headers={"Accept-Language": "en"}):
        return table(head, [_layer(each) for _code, each in sorted(LAYERS.items())])


def _layer(each: Layer) -> tuple[str, ...]:
    link = f"[`{each.code}`](#{each.code})"
    return link, str(each.label), f"`{each.tiles}`", f"`{each.source_layer}`", each.draw


# --- HTTP ------------------------------------------------------------------------------------------------


def calls(app: Flask) -> str:
    """Every call that answers JSON or tiles, who may make it and the first line of its description."""
    head = ("call", "who", "what")
    return table(head, sorted(_calls(app), key=lambda row: row[0].split(" ")[1]))


def _calls(app: Flask) -> Iterator[tuple[str, str, str]]:
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(("/api/", "/tiles/", "/healthz", "/readyz")):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        said = inspect.getdoc(inspect.unwrap(app.view_functions[rule.endpoint])) or ""
        who = ", ".join(str(each).replace("_", " ") for each in allowed(app, rule.endpoint) or ())
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield f"`{method} {path}`", who, said.partition("\n")[0]


# --- pages -----------------------------------------------------------------------------------------------

BLOCKS: dict[str, Callable[[Flask], str]] = {
    "moves": moves,
    "diagram": diagram,
    "tasks": tasks,
    "environment": environment,
    "script-environment": script_environment,
    "limits": limits,
    "commands": commands,
    "layers": layers,
    "calls": calls,
}


def renewed(text: str, app: Flask) -> str:
    """The page with its blocks as they should be; KeyError for a block nobody makes."""
    return BLOCK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]](app)}{found[3]}", text)


def pages() -> list[Path]:
    return sorted(DOCS.rglob("*.md"))


def product() -> Flask:
    """The application, to be looked at only: its database is never opened."""
    folder = Path(tempfile.mkdtemp())
    url = f"sqlite:///{folder / 'none.sqlite'}"
    return create_app(Settings(instance=folder, database_url=url, secret_key="docs", testing=True))


def main() -> None:
    app = product()
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if (new := renewed(text, app)) != text:
            page.write_text(new, encoding="utf-8")
            print(f"renewed {page.relative_to(DOCS)}")


if __name__ == "__main__":
    main()
