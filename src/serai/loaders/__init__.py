"""Project files of each input language become the spec."""
