"""Moving the uplink onto a bridge without losing the host: what is moved, the timer, the evidence, the files."""
