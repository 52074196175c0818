"""Small things that every layer may use: errors, processes, files, locks, units, paths."""
