"""`serai vagrant …`: a vagrant command line, done by serai (VAG-1)."""
