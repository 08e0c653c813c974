"""Which cases a department may read without leading them: it assists, was summoned, or was informed."""

from datetime import timedelta

from sqlalchemy import or_, select

from app.cases.models import Case, CaseGrant
from app.core import clock
from app.core.db import db
from app.core.policy import grants_from

KEPT = timedelta(days=30)
"""A grant ends so long after its case."""


@grants_from
def granted_cases(departments: frozenset[int]) -> frozenset[int]:
    """The ids of those cases. One statement."""
    current = or_(Case.ended_at.is_(None), Case.ended_at > clock.now() - KEPT)
    rows = select(CaseGrant.case_id).join(Case, Case.id == CaseGrant.case_id)
    return frozenset(db.session.scalars(rows.where(CaseGrant.department_id.in_(departments), current)))
