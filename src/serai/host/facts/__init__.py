"""Facts of the host, one family a file; read when they are asked for, below any root."""
