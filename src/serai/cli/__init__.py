"""Talks to people: parses, prints. Decides nothing."""
