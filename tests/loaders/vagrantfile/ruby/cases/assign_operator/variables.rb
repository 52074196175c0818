a = 1
a += 2
a *= 3
a -= 1
a /= 2
a **= 2
a %= 10
p a
b = nil
b ||= 5
b ||= 6
b &&= b + 1
p b
s = "x"
s += "y"
s <<= "z" rescue s << "z"
p s
$g ||= 3
$g += 1
p $g
@i ||= []
@i += [1]
p @i
K ||= 4
K2 = 1
p K
x = 6
x |= 1
x &= 5
x ^= 2
x <<= 2
p x

#> 6
#> 6
#> "xyz"
#> 4
#> [1]
#> 4
#> 28
