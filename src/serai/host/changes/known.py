"""Every kind of change, so that the journal can be read back."""

from __future__ import annotations

from serai.host.changes.file import WriteFile
from serai.host.changes.value import KernelValue

AnyChange = WriteFile | KernelValue
