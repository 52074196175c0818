"""From a domain back to a Machine and a Site: the mirror of `render`, a module for a module."""
