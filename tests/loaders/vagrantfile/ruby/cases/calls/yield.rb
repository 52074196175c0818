def y
  r = yield 1, 2
  [r, yield([3, 4]), (yield), block_given?]
end
p y { |a, b| [a, b] }
p y { |a| a }
p y { |*a| a }
p y { |a, *b| [a, b] }
p y { |(a, b), c| [a, b, c] }
def none = block_given?
p none, none {}
begin
  y
rescue LocalJumpError => e
  p e.message
end
def kw = yield(a: 1, b: 2)
kw { |a:, b: 0, **r| p a, b, r }
kw { |h| p h }
def two = yield([1, { k: 2 }])
two { |a, h| p a, h }

#> [[1, 2], [3, 4], [nil, nil], true]
#> [1, [3, 4], nil, true]
#> [[1, 2], [[3, 4]], [], true]
#> [[1, [2]], [3, [4]], [nil, []], true]
#> [[1, nil, 2], [3, nil, 4], [nil, nil, nil], true]
#> false
#> true
#> "no block given (yield)"
#> 1
#> 2
#> {}
#> {:a=>1, :b=>2}
#> 1
#> {:k=>2}
