data = [["web", { ip: "1", tags: %w[a b] }], ["db", { ip: "2", tags: [] }]]
data.each { |name, opts| puts "#{name} #{opts[:ip]}" }
data.each_with_index { |(name, opts), i| puts "#{i} #{name} #{opts[:tags].size}" }
p [[1, [2, [3, [4]]]]].map { |a, (b, (c, (d)))| [a, b, c, d] }
p [[1, 2, 3, 4]].map { |first, *middle, last| [first, middle, last] }
p [[[1, 2], 3]].map { |(a, b), c| a + b + c }
p({ a: [1, 2], b: [3, 4] }.map { |k, (x, y)| [k, x + y] })
p({ a: 1 }.each_with_object([]) { |(k, v), acc| acc << k << v })
p [[1, 2], [3, 4]].inject(0) { |s, (a, b)| s + a * b }
p [[:a, 1], [:b, 2]].to_h { |k, v| [v, k] }
def m((a, b), c = 5, *d, e: 6) = [a, b, c, d, e]
p m([1, 2]), m([1, 2], 3, 4, e: 7), m([1])
l = ->((a, b), c) { [a, b, c] }
p l.([1, 2], 3)
p [[1, nil], [2]].map { |a, b| [a, b] }, [1, [2]].map { |a, b| [a, b] }, [nil].map { |a, b| [a, b] }
p [[1, { k: 2 }]].each { |a, h| p a, h }

#> web 1
#> db 2
#> 0 web 2
#> 1 db 0
#> [[1, 2, 3, 4]]
#> [[1, [2, 3], 4]]
#> [6]
#> [[:a, 3], [:b, 7]]
#> [:a, 1]
#> 14
#> {1=>:a, 2=>:b}
#> [1, 2, 5, [], 6]
#> [1, 2, 3, [4], 7]
#> [1, nil, 5, [], 6]
#> [1, 2, 3]
#> [[1, nil], [2, nil]]
#> [[1, nil], [2, nil]]
#> [[nil, nil]]
#> 1
#> {:k=>2}
#> [[1, {:k=>2}]]
