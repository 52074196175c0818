5.step(1, -2) { |i| print i, " " }
1.upto(3).each_slice(2) { |s| p s }
3.downto(1) { |i| print i }
puts
(1..3).each_with_index { |x, i| print x * i, " " }
("a".."c").each_with_index.map { |c, i| print c, i }
puts
[1, 2, 3].each.with_index(1) { |x, i| print x * i, " " }
%w[a b].each.with_object([]) { |x, memo| memo << x }.then { |m| p m } rescue p "obj"
(1..10).step(3) { |i| print i, " " }
puts
1.step(by: 2, to: 7) { |i| print i, " " }
puts
{ a: 1 }.each.with_index { |(k, v), i| p [k, v, i] }
[[1, 2], [3, 4]].each_with_index { |(a, b), i| p a + b + i }
[1, 2, 3, 4].each_slice(2).with_index { |(a, b), i| p [a, b, i] }
e = [10, 20].each
loop do
  p e.next
end
p e.size
until (n = (n || 0) + 1) > 2 do print n end
puts
i = 10
i -= 1 until i % 4 == 0
p i
r = [1, 2, 3].each_with_index.select { |x, i| i > 0 }
p r
p 3.times.to_a, 3.times.map { |x| x }, (1..3).inject(:+), (1...4).sum { |x| x * 2 }

#> 5 3 1 [1, 2]
#> [3]
#> 321
#> 0 2 6 a0b1c2
#> 1 4 9 ["a", "b"]
#> 1 4 7 10
#> 1 3 5 7
#> [:a, 1, 0]
#> 3
#> 8
#> [1, 2, 0]
#> [3, 4, 1]
#> 10
#> 20
#> 2
#> 12
#> 8
#> [[2, 1], [3, 2]]
#> [0, 1, 2]
#> [0, 1, 2]
#> 6
#> 12
