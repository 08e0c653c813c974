"""What the desk shows beside a case's photos: answers, spoken notes, and what speaks against the filing."""

from datetime import timedelta
from typing import Any

from app.core.clock import now, rfc3339
from tests.areas.tiny_city import MIDDLE
from tests.cast import Caller
from tests.desk.pages import page
from tests.media.sounds import WEBM

Cast = dict[str, Caller]
LON, LAT = MIDDLE


def filed(cast: Cast, extra: dict[str, Any], **changes: Any) -> str:
    answer = cast["ines"].file(extra=extra, **{"observed_at": rfc3339(now()), **changes})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])  # type: ignore[index]


def test_doubts_stand_in_one_quiet_line_with_their_reasons(cast: Cast) -> None:
    photo = {"lon": LON, "lat": LAT + 640 / 111_320, "at": rfc3339(now())}
    seen = rfc3339(now() - timedelta(hours=3, minutes=1))
    html = page(cast["mara"], f"/desk/cases/{filed(cast, {'device': {'photo': photo}}, observed_at=seen)}")
    line = html.split('class="doubts')[1].split("</p>")[0]
    assert "arrived late: seen 3 h 1 min before it was filed" in line
    assert "photo taken 640 m away" in line


def test_an_ordinary_filing_has_no_such_line(cast: Cast) -> None:
    html = page(cast["mara"], f"/desk/cases/{filed(cast, {})}")
    assert 'class="doubts' not in html
    assert "<audio" not in html


def test_answers_are_told_with_the_stop_that_the_phone_showed(cast: Cast) -> None:
    answers = {"state": "missing", "road": "footway", "guarded": "no", "owner_mark": "<b>水</b>"}
    html = page(cast["mara"], f"/desk/cases/{filed(cast, {'answers': answers}, category='P0103')}")
    assert "<dt>State of the cover</dt>" in html
    assert "Missing" in html
    assert "call 110" in html
    assert "&lt;b&gt;水&lt;/b&gt;" in html


def test_a_spoken_note_can_be_played_and_is_told_in_the_story(cast: Cast) -> None:
    uuid = filed(cast, {})
    sha256 = cast["ines"].photo(uuid, "voice", WEBM)
    html = page(cast["mara"], f"/desk/cases/{uuid}")
    assert f'src="/api/v1/cases/{uuid}/photos/{sha256}"' in html
    assert "added a spoken note" in html
    assert f"{sha256}?size=thumb" not in html
    listed = page(cast["mara"], "/desk/?tab=all")
    assert sha256 not in listed
