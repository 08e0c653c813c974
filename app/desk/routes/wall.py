"""The wall screen: numbers and map in large type, without a word about a person or a single case."""

from app.core.access import allow, current_actor
from app.core.clock import now
from app.core.language import name_of
from app.core.pages import render
from app.core.roles import HOLDER_ROLES
from app.core.words import word
from app.desk import atlas
from app.desk.atlas_sides import method_words, side_of
from app.desk.dashboard import summary
from app.desk.drawing import drawing
from app.desk.figures import figures
from app.desk.routes import bp
from app.desk.routes.atlas import covered
from app.desk.routes.dashboard import lines_of, view_of

LINES = 10
REFRESH_S = 60


@bp.get("/wall")
@allow(*sorted(HOLDER_ROLES))
def wall() -> str:
    actor, at = current_actor(), now()
    view = view_of(actor, at, "overdue")
    side = side_of(view, actor)
    classes = side.classes()
    return render(
        "desk/wall.html",
        at=at,
        place_name=name_of(view.area),
        unit_word=word(view.level, "level"),
        narrowed=not covered(view.area, actor),
        figures=figures(view, actor),
        changes=summary(view, actor).changes,
        lines=lines_of(side.units, view, LINES),
        measure=view.measure,
        legend=atlas.legend(side.units, view.measure, classes),
        method=method_words([side], classes),
        approximate=any(entry.approximate for entry in view.units),
        drawing=drawing(side, classes),
        wall={"refresh_s": REFRESH_S},
    )
