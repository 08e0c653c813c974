"""Synthetic cities of which everything is known: what was planted, where, when and how strongly.

Pure, arrays in and arrays out: `ground` is what cases stand on, `plan` what is wanted, `planting` what is
hidden in it, `model` draws the cases, `points` places them, `lives` says what became of them, `key` tells the
truth. Writing it into a database is `app.demo.generate`'s.
"""

from app.demo.synthetic.city import City, make_city
from app.demo.synthetic.ground import Ground, ground_of
from app.demo.synthetic.model import Drawn, draw
from app.demo.synthetic.plan import Plan
from app.demo.synthetic.planting import Cluster, Planted, plant

__all__ = ["City", "Cluster", "Drawn", "Ground", "Plan", "Planted", "draw", "ground_of", "make_city", "plant"]
