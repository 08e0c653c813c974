"""Who is who, who asks, who handles, and who answers today."""

from app.people.queries.who_answers import (
    PersonRow,
    Vacancy,
    answering,
    cover,
    handlers_of,
    inspectors_of,
    staffed,
    vacancies,
)
from app.people.queries.who_asks import Session, actor_by_token, actor_by_username, session_by_secret
from app.people.queries.who_handles import (
    DepartmentRow,
    department,
    department_line,
    departments,
    departments_for,
)
from app.people.queries.who_is_who import names, person, posted, postings, present_postings

__all__ = [
    "DepartmentRow",
    "PersonRow",
    "Session",
    "Vacancy",
    "actor_by_token",
    "actor_by_username",
    "answering",
    "cover",
    "department",
    "department_line",
    "departments",
    "departments_for",
    "handlers_of",
    "inspectors_of",
    "names",
    "person",
    "posted",
    "postings",
    "present_postings",
    "session_by_secret",
    "staffed",
    "vacancies",
]
