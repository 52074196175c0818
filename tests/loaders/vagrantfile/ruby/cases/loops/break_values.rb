p [1, 2, 3].each { |x| break x if x == 2 }
p (while true do break end)
p [1, 2, 3].map { |x| break [] if x > 1; x }
r = loop do
  break 1, 2
end
p r
v = until false do break "u" end
p v
x = [1, 2, 3].find { |i| next false if i == 1; i > 1 }
p x
p (1..Float::INFINITY).lazy.map { |i| i * 2 }.first(2)
def each_two
  yield 1
  yield 2
  :done
end
p each_two { |i| break i * 100 if i == 2 }
p each_two { |i| next }
p [[1, 2], [3, 4]].each { |a, b| break b if a == 3 }
p %w[a b].each_with_index { |s, i| break s if i == 1 }
p({ a: 1, b: 2 }.each { |k, v| break k if v == 2 })
outer = [1, 2].each do |a|
  inner = [3, 4].each do |b|
    break b
  end
  break inner + a
end
p outer

#> 2
#> nil
#> []
#> [1, 2]
#> "u"
#> 2
#> [2, 4]
#> 200
#> :done
#> 4
#> "b"
#> :b
#> 4
