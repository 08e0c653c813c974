"""The inspector's web app."""
