"""What each provisioner's tool is told, by Vagrant's names of its options: one file a family (VAG-10).

A kind is named in serai.spec.provision.TOOLS; its module is imported when a project has such a block.
"""
