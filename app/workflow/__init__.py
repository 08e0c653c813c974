"""What may happen to a case, as tables: pure data and functions, no database, no web, no clock."""
