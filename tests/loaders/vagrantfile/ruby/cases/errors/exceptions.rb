e = RuntimeError.new("boo")
p e, e.message, e.backtrace, e.class.ancestors.include?(StandardError), e.full_message.include?("boo")
p StandardError.new.message, StandardError.new(nil).message, StandardError.new(5).message, ArgumentError.new.inspect
p KeyError.superclass, StopIteration.superclass, FrozenError.superclass, Errno::ENOENT.superclass, LoadError.superclass, NoMethodError.superclass
begin
  raise Errno::ENOENT, "file"
rescue SystemCallError => e
  p e.message
end
begin
  {}.fetch(:a)
rescue KeyError => e
  p e.message
end
begin
  [1].fetch(5)
rescue IndexError => e
  p e.message
end
begin
  Float("x")
rescue ArgumentError => e
  p e.message
end
begin
  "x".to_sym.unknown
rescue NoMethodError => e
  p e.name, e.receiver
end
begin
  raise "a\nb"
rescue => e
  p e.message
end
x = RuntimeError.new("same")
p x == RuntimeError.new("same"), x.exception.equal?(x), x.exception("other").message
def where
  raise "here"
end
begin
  where
rescue => e
  p e.backtrace.class
end

#> #<RuntimeError: boo>
#> "boo"
#> nil
#> true
#> true
#> "StandardError"
#> "StandardError"
#> "5"
#> "#<ArgumentError: ArgumentError>"
#> IndexError
#> IndexError
#> RuntimeError
#> SystemCallError
#> ScriptError
#> NameError
#> "No such file or directory - file"
#> "key not found: :a"
#> "index 5 outside of array bounds: -1...1"
#> "invalid value for Float(): \"x\""
#> :unknown
#> :x
#> "a\nb"
#> true
#> true
#> "other"
#> Array
