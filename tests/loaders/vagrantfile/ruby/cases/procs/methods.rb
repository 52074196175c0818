def add(a, b = 1) = a + b
m = method(:add)
p m.call(1), m.(1, 2), m.to_proc.call(5), [1, 2].map(&m), m.arity, m.name, m.receiver.to_s
p %w[1 2].map(&method(:Integer))
up = "abc".method(:upcase)
p up.call, up.unbind.bind("xyz").call
compose = method(:add) >> ->(x) { x * 10 }
p compose.call(1)
p [[1, 2], [3, 4]].map { |a, b| a * b }, [[1, 2]].each_with_object([]) { |(a, b), acc| acc << a + b }
p :upcase.to_proc.call("x"), %w[a b].each_with_index.map { |x, i| x * (i + 1) }
p [1, 2, 3].each_with_index.to_a, (1..3).each_with_object([]).to_a.size
h = Hash.new { |hash, k| hash[k] = "v#{k}" }
p h[1], h.keys
p({ a: 1 }.map { |k, v| [k, v + 1] }.to_h, { a: 1 }.to_h { |k, v| [v, k] })
counter = Enumerator.new { |y| 3.times { |i| y << i } }
p counter.to_a

#> 2
#> 3
#> 6
#> [2, 3]
#> -2
#> :add
#> "main"
#> [1, 2]
#> "ABC"
#> "XYZ"
#> 20
#> [2, 12]
#> [3]
#> "X"
#> ["a", "bb"]
#> [[1, 0], [2, 1], [3, 2]]
#> 3
#> "v1"
#> [1]
#> {:a=>2}
#> {1=>:a}
#> [0, 1, 2]
