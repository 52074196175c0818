"""Typed edits of a host: each shows what it would do, does it, reads it back, and has an inverse."""
