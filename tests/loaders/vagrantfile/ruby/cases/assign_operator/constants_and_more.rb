module Conf
  LEVEL ||= 1
  LEVEL2 = LEVEL + 1
end
Conf::EXTRA ||= 5
p Conf::LEVEL, Conf::LEVEL2, Conf::EXTRA
class Cnt
  @@n ||= 10
  def self.up = @@n += 1
end
p Cnt.up, Cnt.up
h = Hash.new { |hash, k| hash[k] = [] }
h[:a] <<= 1 rescue h[:a] << 1
h[:b] += [2]
p h
s = "a"
s *= 3
p s
v = nil
v ||= begin
  1
  2
end
p v
w = [1]
w |= [2]
w &= [2, 3]
w -= [9]
p w
a = b = nil
a ||= b ||= 4
p a, b
n = 5
n -= 1 while n > 2
p n
x = true
x &&= false
p x
y = 3
y = y > 2 ? y - 1 : y + 1
p y

#> 1
#> 2
#> 5
#> 11
#> 12
#> {:a=>[1], :b=>[2]}
#> "aaa"
#> 2
#> [2]
#> 4
#> 4
#> 2
#> false
#> 2
