"""Checks of the host: a table of rows, each with a small pure function of the facts."""
