def numbers
  return enum_for(:numbers) unless block_given?
  yield 1
  yield 2
  yield 3
end
p numbers.map { |x| x * 2 }, numbers.with_index(1).to_a, numbers.include?(2), numbers.first, numbers.each_slice(2).to_a
p [1, 2, 3].each_entry.map { |x| x }, [4, 5].each.with_index(1).map { |x, i| x * i }, %w[a b].each_with_index.to_a, [1, 2, 3].select.with_index { |x, i| i != 1 }
p (1..3).each_entry.to_a, "ab".each_char.to_a, { a: 1 }.each.next, [3, 1].sort_by.with_index { |x, i| -i }
p (1..Float::INFINITY).lazy.select(&:even?).map { |x| x * x }.reject { |x| x % 3 == 0 }.first(2)
p [1, 2, 3, 4].each_slice(2).map(&:sum), (1..6).each_cons(3).count, [1, 2].cycle(2).to_a, [[1, 2], [3]].sum([])
e = [1, 2].each
p e.next, e.peek, e.next, (e.next rescue "stop")
gen = Enumerator.new { |y| y << 1; y.yield 2; y << 3 }
p gen.to_a, gen.map { |x| x + 1 }, gen.include?(3)
p [1, 2, 3].each_with_index.with_object([]).to_a.length rescue p "with_object"
p 3.times.with_object([]).each { |i, acc| acc << i }, 5.downto(3).to_a, 1.step(9, 4).to_a, "a\nb".each_line.to_a

#> [2, 4, 6]
#> [[1, 1], [2, 2], [3, 3]]
#> true
#> 1
#> [[1, 2], [3]]
#> [1, 2, 3]
#> [4, 10]
#> [["a", 0], ["b", 1]]
#> [1, 3]
#> [1, 2, 3]
#> ["a", "b"]
#> [:a, 1]
#> [1, 3]
#> [4, 16]
#> [3, 7]
#> 4
#> [1, 2, 1, 2]
#> [1, 2, 3]
#> 1
#> 2
#> 2
#> "stop"
#> [1, 2, 3]
#> [2, 3, 4]
#> true
#> 3
#> [0, 1, 2]
#> [5, 4, 3]
#> [1, 5, 9]
#> ["a\n", "b"]
