"""Photos: checked by their bytes, kept unmodified by hash, shown as re-encoded pictures."""

from datetime import timedelta

from flask import Flask

from app.jobs import Job, register
from app.media import models
from app.media.service import clean_up, derive_waiting


def init_app(app: Flask) -> None:
    register(Job("media.derive", timedelta(seconds=5), derive_waiting))
    register(Job("media.clean", timedelta(hours=1), clean_up))


__all__ = ["init_app", "models"]
