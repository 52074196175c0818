"""Doing a plan: in parallel, journalled, waited for, undone at a failure."""
