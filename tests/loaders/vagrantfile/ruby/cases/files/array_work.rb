a = [5, 3, 8, 1]
p a.sort, a.sort { |x, y| y <=> x }, a.max, a.sum, a.take(2), a.drop(1), a.first, a.last(2), a.index(8), a.reverse, a.rotate, a.each_slice(3).to_a, a.partition(&:even?), a.zip(a), a.include?(3), a.minmax, a.push(9).size, a.pop, a.shift, a.unshift(0), a.insert(1, 7), a.delete(7), a.delete_at(0), a.compact, a.sample.class, a.each_with_index.max[1]
p [1, [2, [3, nil]]].flatten.compact, [1, 1, 2].uniq, [1, 2] & [2], [1] | [2], [1, 2] - [1], [[1, 2], [3, 4]].transpose, [1, 2, 3].combination(2).to_a, [1, 2].product([3, 4]), [3, 1].sort!.first, %w[a b].cycle.first(3), [1, 2, 3, 4].each_cons(2).to_a, (1..6).each_slice(2).map(&:sum), [1, 2, 3].inject { |m, x| m > x ? m : x }
p Array.new(3) { |i| i * i }, Array.new(2, "x"), Array(nil), Array([1]), Array(1..3), [0] * 3, [1, 2, 3][1..], [1, 2, 3][-2, 2], [1, 2, 3].values_at(0, 2), [1, 2, 3, 4].select.with_index { |x, i| i.odd? }, %w[x y].each_with_index.to_h, [[:a, 1]].to_h, [1, 2, 3].each_entry.to_a, [nil, false, 1].find { |x| x }, ["a", "b"].join("-"), [1, 2, 3].none?(4), [1, nil].all?, [3, 4].dig(1), [1, 2, 3, 4, 5].bsearch { |x| x >= 3 }, [1, 2, 2].tally, [1, 2, 3].partition { |x| x > 1 }, %w[a b c].each_with_object("") { |x, s| s << x }
a = [1, 2, 3]
b, *c = a
a.map! { |x| x * 2 }
a.concat([7], [8])
a.fill(0, 3)
a.reject! { |x| x == 0 }
p a, b, c, a.frozen?, a.hash == [2, 4, 6].hash, a <=> [2, 5], a == [2.0, 4.0, 6.0], a.eql?([2, 4, 6])

#> [1, 3, 5, 8]
#> [8, 5, 3, 1]
#> 8
#> 17
#> [5, 3]
#> [3, 8, 1]
#> 5
#> [8, 1]
#> 2
#> [1, 8, 3, 5]
#> [3, 8, 1, 5]
#> [[5, 3, 8], [1]]
#> [[8], [5, 3, 1]]
#> [[5, 5], [3, 3], [8, 8], [1, 1]]
#> true
#> [1, 8]
#> 5
#> 9
#> 5
#> [3, 8, 1]
#> [3, 8, 1]
#> 7
#> 0
#> [3, 8, 1]
#> Integer
#> 1
#> [1, 2, 3]
#> [1, 2]
#> [2]
#> [1, 2]
#> [2]
#> [[1, 3], [2, 4]]
#> [[1, 2], [1, 3], [2, 3]]
#> [[1, 3], [1, 4], [2, 3], [2, 4]]
#> 1
#> ["a", "b", "a"]
#> [[1, 2], [2, 3], [3, 4]]
#> [3, 7, 11]
#> 3
#> [0, 1, 4]
#> ["x", "x"]
#> []
#> [1]
#> [1, 2, 3]
#> [0, 0, 0]
#> [2, 3]
#> [2, 3]
#> [1, 3]
#> [2, 4]
#> {"x"=>0, "y"=>1}
#> {:a=>1}
#> [1, 2, 3]
#> 1
#> "a-b"
#> true
#> false
#> 4
#> 3
#> {1=>1, 2=>2}
#> [[2, 3], [1]]
#> "abc"
#> [2, 4, 6]
#> 1
#> [2, 3]
#> false
#> true
#> -1
#> true
#> true
