"""Reads of cases. Every one takes the viewer's scope; list, map, statistics and export share one source."""
