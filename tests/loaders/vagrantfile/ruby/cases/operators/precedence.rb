p 2 + 3 * 4 ** 2 / 8 % 5 - 1, -2.abs, - 2.abs, !true && false, (not true) == false, 1 < 2 && 2 < 3, 1 | 2 & 3, 5 & 3 == 3 ? 1 : 2, 1 << 2 + 1, 10 - 2 - 3, 2 ** 3 ** 0, -3 ** 2, !nil.nil?
x = true && false || true
y = (true and false) || true
z = nil || false && true
p x, y, z
a = 5 if 1 > 0 and 2 > 1
p a
b = [1, 2, 3].include?(2) and true
p b
c = 1 > 2 ? "a" : 2 > 1 ? "b" : "c"
p c
d = 10; d -= 3 * 2; d **= 2
p d
puts "yes" if [1, 2].any? { |v| v > 1 } && !false
p [1, 2, 3].sum / 2.0, 7 & ~1, 1 + 2 == 3 && "ok", (1 if true) || 2, "a" + "b" * 2, 5 <=> 3 + 1, 1 == 1.0 && 1.eql?(1)
e = 5.between?(1, 10) && !5.zero? || raise("no")
p e
f = g = 3
f += g -= 1
p f, g
h = *1..3, 4
p h
i = [*"a".."c", *nil, *[1, 2]]
p i
p defined?(x) && x, (defined? nope).nil?
t = true unless false
p t
p (true ^ true), (1 ^ 3), !!(0), 1.!, 5.send(:-, 3), -5.abs, +5, ~0, 5[0], 3.pred

#> 2
#> 2
#> -2
#> false
#> true
#> true
#> 3
#> 2
#> 8
#> 5
#> 2
#> -9
#> false
#> true
#> true
#> false
#> 5
#> true
#> "b"
#> 16
#> yes
#> 3.0
#> 6
#> "ok"
#> 1
#> "abb"
#> 1
#> true
#> true
#> 5
#> 2
#> [1, 2, 3, 4]
#> ["a", "b", "c", 1, 2]
#> true
#> true
#> true
#> false
#> 2
#> true
#> false
#> 2
#> 5
#> 5
#> -1
#> 1
#> 2
