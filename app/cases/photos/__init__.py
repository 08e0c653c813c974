"""Photos and spoken notes of cases over HTTP."""
