"""Vagrant boxes: fetched, unpacked as a stranger's file, kept once, and found again (VAG-5)."""
