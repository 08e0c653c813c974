"""Spatial aggregation and decision support over plain query rows."""
