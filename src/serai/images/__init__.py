"""What machines are made of: catalogue, store, verification, import, builders."""
