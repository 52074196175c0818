x = 1
p [2].map { |x| x + 1 }, x
define = "variable"
def define = "method"
p define, define(), self.send(:define)
name = name
p name
y = y || 5
p y
puts = "a local"
puts puts
z = 3 if z.nil?
p z
if false
  q = 1
end
p q
p((w = 5; w + 1))
[1].each do |i|
  v = i
  [2].each { |j| v += j }
  p v
end
p defined?(v)
def shadow(x) = [x, (x = 9), x]
p shadow(1)

#> [3]
#> 1
#> "variable"
#> "method"
#> "method"
#> nil
#> 5
#> a local
#> 3
#> nil
#> 6
#> 3
#> nil
#> [1, 9, 9]
