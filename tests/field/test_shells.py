"""Pages that a phone keeps: nobody's, whole, small, and renewed when anything of them changes."""

import gzip
import hashlib
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import assets
from app.field.routes import worker
from app.field.routes.shells import SHELLS
from tests.areas import tiny_city
from tests.cast import GRID, NEXT_DOOR, Caller, bring_to

Cast = dict[str, Caller]
MOST_FIRST_LOAD = 200 * 1024
LANGUAGES = ("zh", "en")


def text(client: FlaskClient | Caller, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return str(response.text)


def release(client: FlaskClient) -> dict[str, Any]:
    first = text(client, "/field/sw.js").splitlines()[0]
    found: dict[str, Any] = json.loads(first.removeprefix("const APP = ").removesuffix(";"))
    return found


def fetched(client: FlaskClient, url: str) -> bytes:
    with client.get(url) as response:
        assert response.status_code == 200, url
        return bytes(response.data)


def zipped(client: FlaskClient, url: str) -> int:
    return len(gzip.compress(fetched(client, url)))


@pytest.mark.parametrize("path", SHELLS)
def test_a_kept_page_is_the_same_whoever_asks(city: Flask, cast: Cast, path: str) -> None:
    bring_to("handled", cast)
    for lang in LANGUAGES:
        asked = f"{path}?lang={lang}"
        seen = {who: text(cast[who], asked) for who in ("ines", "mara", "ada")}
        seen["nobody"] = text(city.test_client(), asked)
        assert len(set(seen.values())) == 1
        page = seen["nobody"]
        assert "Ines" not in page and GRID not in page and "csrf-token" not in page
        assert re.search(r'name="csrf_token" value="[^"]', page) is None
        assert f'lang="{ {"zh": "zh-Hans-CN"}.get(lang, lang) }"' in page


def test_a_kept_page_needs_no_database_of_cases(city: Flask, cast: Cast) -> None:
    before = text(city.test_client(), "/field/?lang=en")
    cast["ines"].file()
    assert text(city.test_client(), "/field/?lang=en") == before


def test_the_worker_names_every_page_by_its_content(city: Flask) -> None:
    client = city.test_client()
    pages = release(client)["pages"]
    assert set(pages) == {f"{path}?lang={lang}" for path in SHELLS for lang in LANGUAGES}
    for url, sha256 in pages.items():
        assert hashlib.sha256(client.get(url).data).hexdigest() == sha256, url


def test_the_worker_keeps_every_file_that_its_pages_ask_for(city: Flask) -> None:
    client = city.test_client()
    found = release(client)
    kept = {*found["files"], *found["later"]}
    for url in found["pages"]:
        linked = re.findall(r'(?:href|src)="(/static/[^"#]+)"', text(client, url))
        assert set(linked) <= kept
    modules = json.loads(assets_of(client))
    for name in ("queue", "sync", "session", "seal", "store", "frame", "tray"):
        assert modules[f"wangge/field/{name}"] in found["files"]
    assert modules["idb"] in found["files"]
    assert {modules["maplibre-gl"], modules["maplibre-gl/worker"]} <= set(found["later"])
    assert not [url for url in kept if "/desk/" in url or "echarts" in url]
    for url in kept:
        assert fetched(client, url)


def assets_of(client: FlaskClient) -> str:
    found = re.search(r'<script type="importmap">(.*?)</script>', text(client, "/field/tray"), re.DOTALL)
    assert found
    return json.dumps(json.loads(found[1])["imports"])


def test_the_first_load_is_small_without_the_map(city: Flask) -> None:
    client = city.test_client()
    found = release(client)
    files = sum(zipped(client, url) for url in found["files"])
    for url in found["pages"]:
        assert files + zipped(client, url) <= MOST_FIRST_LOAD, (url, files)


def test_the_version_changes_with_any_page_or_file(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = city.test_client()
    first = release(client)["version"]
    assert release(client)["version"] == first
    monkeypatch.setattr(assets, "_digest", lambda *_file: "changed")
    assert release(client)["version"] != first
    monkeypatch.undo()
    monkeypatch.setattr(worker, "page", lambda path: f"another {path}")
    assert release(client)["version"] != first


def test_the_worker_is_asked_for_anew_and_small(city: Flask) -> None:
    response = city.test_client().get("/field/sw.js")
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert len(response.text.splitlines()) <= 150


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_app_can_be_installed(city: Flask, lang: str) -> None:
    client = city.test_client()
    response = client.get(f"/field/manifest.{lang}.webmanifest")
    assert response.headers["Content-Type"] == "application/manifest+json"
    said = json.loads(response.text)
    assert (said["start_url"], said["scope"], said["display"]) == ("/field/", "/field/", "standalone")
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in said["icons"]}
    for icon in said["icons"]:
        assert fetched(client, icon["src"])
    assert f"manifest.{lang}." in text(client, f"/field/?lang={lang}")


def test_there_is_no_manifest_in_other_languages(city: Flask) -> None:
    assert city.test_client().get("/field/manifest.fr.webmanifest").status_code == 404


def test_the_session_says_who_is_signed_in(city: Flask, cast: Cast) -> None:
    nobody = json.loads(text(city.test_client(), "/field/session.json"))
    assert nobody["signed_in"] is False and "csrf" not in nobody
    response = cast["ines"].get("/field/session.json")
    said = json.loads(response.text)
    assert response.headers["Cache-Control"] == "no-store"
    assert (said["signed_in"], said["user"], said["inspector"]) == (True, "ines", True)
    assert said["owner"] and said["csrf"] and said["session"]
    assert json.loads(text(cast["mara"], "/field/session.json"))["inspector"] is False


def test_the_bundle_is_for_inspectors_only(city: Flask, cast: Cast) -> None:
    assert city.test_client().get("/field/bundle.json").status_code == 401
    assert cast["mara"].get("/field/bundle.json").status_code == 403


def test_the_bundle_is_sent_again_only_when_something_changed(cast: Cast) -> None:
    first = cast["ines"].get("/field/bundle.json")
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert cast["ines"].get("/field/bundle.json", headers={"If-None-Match": tag}).status_code == 304
    cast["ines"].file()
    again = cast["ines"].get("/field/bundle.json", headers={"If-None-Match": tag})
    assert again.status_code == 200 and again.headers["ETag"] != tag
    owner = json.loads(text(cast["ines"], "/field/session.json"))["owner"]
    assert json.loads(again.text)["owner"] == owner


def test_the_bundle_knows_my_grids_and_those_around(cast: Cast) -> None:
    grids = json.loads(text(cast["ines"], "/field/bundle.json"))["grids"]
    mine = [grid for grid in grids if grid["mine"]]
    assert [grid["code"] for grid in mine] == [GRID]
    communities = {grid["community"]["code"] for grid in grids}
    assert GRID[:12] in communities and len(communities) > 1 and NEXT_DOOR not in communities
    for grid in grids:
        for number in re.findall(r"\d+\.\d+", json.dumps(grid["geometry"])):
            assert len(number.partition(".")[2]) <= 5
    lon, lat = tiny_city.MIDDLE
    (west, south), (east, north) = box(mine[0]["geometry"])
    assert west < lon < east and south < lat < north


def box(geometry: dict[str, Any]) -> tuple[tuple[float, float], tuple[float, float]]:
    points = re.findall(r"\[(-?[\d.]+), (-?[\d.]+)\]", json.dumps(geometry["coordinates"]))
    lons, lats = [float(lon) for lon, _lat in points], [float(lat) for _lon, lat in points]
    return (min(lons), min(lats)), (max(lons), max(lats))


def test_the_bundle_offers_what_there_is_to_choose_from(cast: Cast) -> None:
    bundle = json.loads(text(cast["ines"], "/field/bundle.json"))
    codes = {row[0]: row for row in bundle["categories"]["items"]}
    assert len(codes["E0102"]) == 10
    assert bundle["limits"]["accuracy_warn_m"] == 50 and bundle["limits"]["photos_most"] == 5
    assert all(len(row) == 3 for rows in bundle["reasons"].values() for row in rows)
    assert bundle["hours"]["openings"]
