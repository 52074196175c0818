l = lambda { |a, b = 2| [a, b] }
p l.call(1), l.lambda?, proc {}.lambda?, l.arity, proc { |a, b| }.arity, ->(*a) {}.arity, ->(k:) {}.arity
begin
  l.call
rescue ArgumentError => e
  p e.message
end
begin
  ->(x) {}.call(1, 2)
rescue ArgumentError => e
  p e.message
end
p proc { |a, b| [a, b] }.call(1), proc { |a| a }.call(1, 2), proc { |a, b| [a, b] }.call([3, 4])
f = ->(x) { x + 1 } >> ->(x) { x * 2 }
p f.call(3), (->(x) { x + 1 } << ->(x) { x * 2 }).call(3)
p ->(a, b, c) { a + b + c }.curry[1][2][3]
p l.parameters, proc { |a, *b, k: 1, &c| }.parameters
z = -> x, y { x * y }
p z[2, 3], (z === 5 rescue "one short")
add = proc do |a, b|
  a + b
end
p add.(1, 2), add.yield(3, 4)

#> [1, 2]
#> true
#> false
#> -2
#> 2
#> -1
#> 1
#> "wrong number of arguments (given 0, expected 1..2)"
#> "wrong number of arguments (given 2, expected 1)"
#> [1, nil]
#> 1
#> [3, 4]
#> 8
#> 7
#> 6
#> [[:req, :a], [:opt, :b]]
#> [[:opt, :a], [:rest, :b], [:key, :k], [:block, :c]]
#> 6
#> "one short"
#> 3
#> 7
