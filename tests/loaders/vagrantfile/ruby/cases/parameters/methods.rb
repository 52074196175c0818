def a(x, y = x * 2, *z, w) = [x, y, z, w]
p a(1, 2), a(1, 2, 3), a(1, 2, 3, 4, 5)
def b(x, (y, z), k: 1) = [x, y, z, k]
p b(1, [2, 3]), b(1, 2)
def c(*) = 1
p c(1, 2)
def e(a, b = (return :early; 1)) = [a, b]
p e(1), e(1, 2)
def f(a, **nil)
  a
end
p f(1)
def g(_, _ = 2, *_) = :ok
p g(1, 2, 3)
[[0], [3, 4, 5]].each do |args|
  def h(a, b) = [a, b]
  h(*args)
rescue ArgumentError => e
  p e.message
end
def i(a, b = 1) = 1
begin
  i(1, 2, 3)
rescue ArgumentError => e
  p e.message
end
begin
  i
rescue ArgumentError => e
  p e.message
end
def j(a, *b) = 1
begin
  j
rescue ArgumentError => e
  p e.message
end
p method(:a).arity, method(:i).arity, method(:j).arity, method(:a).parameters

#> [1, 2, [], 2]
#> [1, 2, [], 3]
#> [1, 2, [3, 4], 5]
#> [1, 2, 3, 1]
#> [1, 2, nil, 1]
#> 1
#> :early
#> [1, 2]
#> 1
#> :ok
#> "wrong number of arguments (given 1, expected 2)"
#> "wrong number of arguments (given 3, expected 2)"
#> "wrong number of arguments (given 3, expected 1..2)"
#> "wrong number of arguments (given 0, expected 1..2)"
#> "wrong number of arguments (given 0, expected 1+)"
#> -3
#> -2
#> -2
#> [[:req, :x], [:opt, :y], [:rest, :z], [:req, :w]]
