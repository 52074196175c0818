A = %w[a b].freeze
begin
  A << "c"
rescue FrozenError => e
  p e.message
rescue => e
  p e.class
end
p A.frozen?, A.first.frozen?, :a.frozen?, 1.frozen?, "lit".frozen?, nil.frozen?
s = "x".freeze
begin
  s << "y"
rescue => e
  p e.class, e.message
end
d = s.dup
d << "y"
p d
class P
  attr_accessor :v
end
q = P.new.freeze
begin
  q.v = 1
rescue => e
  p e.class
end
h = { a: [1] }.freeze
h[:a] << 2
p h
begin
  h[:b] = 1
rescue => e
  p e.message
end

#> "can't modify frozen Array: [\"a\", \"b\"]"
#> true
#> false
#> true
#> true
#> false
#> true
#> FrozenError
#> "can't modify frozen String: \"x\""
#> "xy"
#> FrozenError
#> {:a=>[1, 2]}
#> "can't modify frozen Hash: {:a=>[1, 2]}"
