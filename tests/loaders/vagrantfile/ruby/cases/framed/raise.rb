begin
  raise ArgumentError
rescue => e
  p e.message
end
begin
  raise ArgumentError.new("x"), cause: nil
rescue => e
  p e.message, e.cause
end
begin
  fail "failed"
rescue => e
  p e.message
end
begin
  raise Class
rescue TypeError => e
  p e.message
end
begin
  Kernel.raise "kernel"
rescue => e
  p e.message
end
begin
  raise KeyError.new("k", receiver: {}, key: :a)
rescue KeyError => e
  p e.key, e.receiver
end

#> "ArgumentError"
#> "x"
#> nil
#> "failed"
#> "exception class/object expected"
#> "kernel"
#> :a
#> {}
