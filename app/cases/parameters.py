"""The query parameters of lists, exports, maps and statistics of cases, as the API document describes them.

They are read by `queries.filters`; a test of the house holds the two together.
"""

from typing import Any

from app.cases.queries.filters import LONGEST_QUERY, SORTS
from app.cases.ratings import SCORES
from app.core.api import parameter
from app.core.policy import LEVEL_FIELDS
from app.media.render import Size
from app.workflow.cards import Card
from app.workflow.statuses import Status
from app.workflow.tasks import TaskKind

Parameter = dict[str, Any]
INSTANT = "A local day of the city (its beginning) or an RFC 3339 instant."
STATUSES = ", ".join(Status)

FILTERS: list[Parameter] = [
    parameter("within", "Code of an area: cases whose place lies in it.", maxLength=40),
    parameter("status", f"open, or any of: {STATUSES}; separated by commas."),
    parameter("category", "Codes of categories, separated by commas."),
    parameter("department", "Code of the department that handles.", maxLength=40),
    parameter("holder", "Code of the unit that answers for the case now.", maxLength=40),
    parameter("overdue", "Open and past the due time.", type="boolean"),
    parameter("raised", "Raised at least once.", type="boolean"),
    parameter("returned", "Returned by a department at least once.", type="boolean"),
    parameter("unplaced", "Known by words only, or outside every area.", type="boolean"),
    parameter("no_unit_at", "Without a unit at this level.", enum=list(LEVEL_FIELDS)),
    parameter("bbox", "west,south,east,north in degrees, WGS 84."),
    parameter(
        "hexagon",
        "lon,lat,metres,q,r: a hexagon of the lattice with this origin and this distance between sides.",
    ),
    parameter("q", "Exact number, or words of description and place.", maxLength=LONGEST_QUERY),
    parameter("from", f"Filed at or after. {INSTANT}"),
    parameter("to", f"Filed before. {INSTANT}"),
    parameter("due_before", f"Open and due before. {INSTANT}"),
    parameter("due_from", f"Open and due at or after. {INSTANT}"),
    parameter("ended_from", f"Ended (closed, rejected or void) at or after. {INSTANT}"),
    parameter("ended_to", f"Ended before. {INSTANT}"),
    parameter("near", "Open and near the due time: a fifth of the time is left, or less.", type="boolean"),
    parameter("supervised", "Shown a card, or a level above waits for an answer.", type="boolean"),
    parameter("card", f"Any of: {', '.join(Card)}; separated by commas."),
    parameter("task", "With an open duty of this kind.", enum=list(TaskKind)),
    parameter("owed_by", "Code of the unit that owes an open duty (of the kind asked for).", maxLength=40),
    parameter("assisting", "Code of a department that still has to assist or to respond.", maxLength=40),
    parameter("climbed_since", f"Raised by the clock at or after. {INSTANT}"),
    parameter("climbed_before", f"Raised by the clock before. {INSTANT}"),
    parameter("climbed_to", "Raised by the clock to this level.", enum=list(LEVEL_FIELDS)),
    parameter("climbed_for", "Raised by the clock for this duty, not done in time.", enum=list(TaskKind)),
    parameter("accepted_from", f"Accepted at or after. {INSTANT}"),
    parameter("accepted_to", f"Accepted before. {INSTANT}"),
    parameter("deadline_from", f"Accepted, and to be handled at or after. {INSTANT}"),
    parameter("deadline_to", f"Accepted, and to be handled before. {INSTANT}"),
    parameter("reopened_from", f"Reopened at or after. {INSTANT}"),
    parameter("reopened_to", f"Reopened before. {INSTANT}"),
    parameter("registered", "Accepted at least once.", type="boolean"),
    parameter("on_time", "Closed, with every duty done before its due time.", type="boolean"),
    parameter("reworked", "Failed a check at least once.", type="boolean"),
    parameter("channel", "Channels it was filed by, separated by commas."),
    parameter("rated", f"How its closing was rated: {', '.join(SCORES)}; separated by commas."),
    parameter("filed_by", "Public id (UUID) of the person who filed it.", maxLength=40),
    parameter("zone", "Id of a zone that the place has a point in common with.", maxLength=40),
    parameter("as_of", f"As things stood then. {INSTANT}"),
    parameter("sort", "Newest first unless said otherwise.", enum=list(SORTS)),
]
REACHED = parameter("reached", "Level that answers for the case now.", enum=list(LEVEL_FIELDS))
LEVEL = parameter("level", "Level that answers for the case now.", enum=list(LEVEL_FIELDS))
UNITS_AT = parameter("level", "Level of the units.", required=True, enum=list(LEVEL_FIELDS))
IF_MATCH = parameter("If-Match", "The version that was read, in quotes.", place="header", required=True)
SIZE = parameter("size", "How large a picture.", enum=[size.value for size in Size])
ORIGINAL = parameter("original", "1: the unmodified bytes, for whoever answers for the case.", enum=["1"])
KIND = parameter(
    "kind",
    "In which capacity; before unless said.",
    enum=["before", "after", "check", "other", "voice"],
)
