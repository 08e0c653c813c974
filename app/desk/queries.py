"""The few reads that only the desk's pages need."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.cases.models import CasePhoto
from app.core.db import db


def first_photos(case_ids: Sequence[int]) -> dict[int, str]:
    """The hash of each case's first photo, by case id. One statement, none for no cases."""
    if not case_ids:
        return {}
    first = (
        select(func.min(CasePhoto.id)).where(CasePhoto.case_id.in_(case_ids)).group_by(CasePhoto.case_id)
    )
    rows = select(CasePhoto.case_id, CasePhoto.sha256).where(CasePhoto.id.in_(first))
    return dict(db.session.execute(rows).tuples().all())
