"""A resolved Vagrant configuration → a project file's tree, and a note for every key that it states."""
