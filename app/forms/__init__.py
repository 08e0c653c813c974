"""Question schemas as data: the extra questions of a category."""
