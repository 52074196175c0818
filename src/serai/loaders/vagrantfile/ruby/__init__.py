"""An evaluator of the Ruby that Vagrantfiles use, which runs nothing of the host."""
