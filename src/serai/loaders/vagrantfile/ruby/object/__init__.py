"""What every object, class, exception and Proc of Ruby answers, as far as it needs the interpreter itself."""
