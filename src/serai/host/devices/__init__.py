"""Devices of the host: who has them, which can be given to a guest, and giving them."""
