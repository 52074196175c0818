"""The configuration that Vagrantfiles make: namespaces, keys, merging. `model` is what comes out."""
