"""The product with the routes it is compared with. Only benchmarks serve this."""

from app import create_app
from benchmarks.routes import mount

app = create_app()
mount(app)
