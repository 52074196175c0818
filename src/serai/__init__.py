"""serai: one project file becomes machines on any hypervisor."""

__version__ = "0.1.0"
