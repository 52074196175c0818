"""Talks to people: parses, prints. Decides nothing."""

import gc

gc.set_threshold(50_000)
"""Objects made before garbage is looked for. While modules load there is none, and the 700 of CPython before 3.14
make looking for it a twelfth of what `serai status` costs."""
