"""Writes on cases, one use case a file. None of them commits."""

from app.cases.service.act import Done, act, was_done
from app.cases.service.file import Filed, file_case, plan_filing, was_filed
from app.cases.service.photos import attach_photo

__all__ = ["Done", "Filed", "act", "attach_photo", "file_case", "plan_filing", "was_done", "was_filed"]
