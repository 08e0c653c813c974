"""Layers, vector tiles, GeoJSON. Rooms register layers; this room knows none of them."""
