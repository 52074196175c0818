"""What is done inside a machine once it is ready. One file a provisioner, imported when a block needs it."""

from serai.provisioners.registry import digest, run

__all__ = ["digest", "run"]
