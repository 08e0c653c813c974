"""Indicators as data: what they are, in versions, and what they say of units, departments and people."""

from app.analysis.indicators import models
from app.analysis.indicators.registry import Indicator
from app.analysis.indicators.versions import Definitions, definitions, history
from app.analysis.indicators.windows import Window, before, window_of

__all__ = ["Definitions", "Indicator", "Window", "before", "definitions", "history", "models", "window_of"]
