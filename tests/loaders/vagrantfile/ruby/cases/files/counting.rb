total = 0
1.step(10, 3) { |i| total += i }
10.downto(7) { |i| total -= i }
0.step(1.0, 0.5) { |f| print f, " " }
puts total
3.times.map { |i| i * i }.each_slice(2) { |s| p s }
("a".."e").each_cons(2).map(&:join).each { |x| print x, " " }
puts
p 5.digits, 10.gcd(4), 255.to_s(2), "ff".hex, "0b11".to_i(0), "12abc".to_i, "abc".to_i, 3.7.floor, 3.2.ceil, -3.7.round, 3.14159.round(2), 10.divmod(3), 1e3.to_i
p 1_000_000.to_s.reverse.scan(/\d{1,3}/).join(",").reverse
p (1..10).each_with_object([]) { |i, a| a << i if i.odd? }, (1..4).reduce(:*), [3, 1, 2].minmax, %w[bb a ccc].max_by(&:length)

#> 0.0 0.5 1.0 -12
#> [0, 1]
#> [4]
#> ab bc cd de
#> [5]
#> 2
#> "11111111"
#> 255
#> 3
#> 12
#> 0
#> 3
#> 4
#> -4
#> 3.14
#> [3, 1]
#> 1000
#> "1,000,000"
#> [1, 3, 5, 7, 9]
#> 24
#> [1, 3]
#> "ccc"
