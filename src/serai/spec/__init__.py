"""The types of the project file, resolved: pure values, no I/O.

What a person may write shorter (`memory: 1GiB`, `- 8080:80`) the loader turns into these long forms.
Every field carries its description, default and examples: they make the JSON Schema and `serai explain KEY`.

These files do without `from __future__ import annotations`: msgspec and the loader read the annotations at every
start, and working them out from text is a twentieth of what `serai status` costs.
"""
