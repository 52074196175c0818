"""What a file names by a constant: File, Dir, YAML, JSON, Time, …; each imported when it is first named."""
