"""serai.yaml: positions, all errors at once, short forms, layers, expressions."""
