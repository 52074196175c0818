"""Machine + Site -> domain XML: pure, one idea of a domain a file. `domain.domain` is the way in."""
