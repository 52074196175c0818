"""Ruby's tree → Python closures, one file per family of nodes. `compiler.Compiler` is the way in."""
