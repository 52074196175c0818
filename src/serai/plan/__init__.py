"""Desired and observed become changes, changes become steps. Pure: nothing here touches the world."""
