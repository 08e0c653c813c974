"""The inboxes a person may work in: one for each unit or department of their postings."""

from app.areas.index import areas
from app.cases.queries.filters import Filters
from app.core.language import name_of
from app.core.policy import Actor, Posting
from app.core.roles import HOLDER_ROLES, Role
from app.people.queries import departments

WORKING = (HOLDER_ROLES, frozenset({Role.HANDLER}), frozenset({Role.INSPECTOR}))
"""Roles with an inbox: who decides comes before who handles, and who handles before who inspects."""


def workplaces(actor: Actor) -> dict[str, Posting]:
    """By the code of the unit or department; the first one is where the person begins."""
    found: dict[str, Posting] = {}
    for roles in WORKING:
        for posting in actor.postings:
            if posting.role in roles:
                found.setdefault(box_code(posting), posting)
    return found


def box_code(posting: Posting) -> str:
    if posting.department_id is not None:
        return departments()[posting.department_id].code
    return posting.area_code or ""


def box_of(posting: Posting | None) -> Filters:
    """Everything that belongs to the posting's unit or department."""
    if posting is None:
        return Filters()
    if posting.department_id is not None:
        return Filters(department_id=posting.department_id)
    unit = areas().by_id[posting.area_id] if posting.area_id is not None else None
    if posting.role is Role.INSPECTOR or unit is None:
        return Filters(within=unit)
    return Filters(within=unit, holder_id=unit.id)


def box_name(posting: Posting | None) -> str:
    if posting is None:
        return ""
    if posting.department_id is not None:
        return name_of(departments()[posting.department_id])
    return name_of(areas().by_id.get(posting.area_id or 0))
