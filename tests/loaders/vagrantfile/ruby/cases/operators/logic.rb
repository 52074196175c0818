p (nil || 1), (false or 2), (1 && nil), (1 and 3), (nil&.foo || "x")
x = nil
y = x || "default"
p y
a = false || true
b = (false or true)
p a, b
def t(x)
  print x, " "
  x
end
p t(1) && t(nil) && t(2)
p t(nil) || t(3) || t(4)
puts "ok" if 1 and not nil
p (true ? 1 : 2), (false ? 1 : nil ? 2 : 3), [1 ? :a : :b]
i = 5
i > 3 and puts "big"
i > 9 or puts "small"
p !(1 == 2), (1 unless nil)

#> 1
#> 2
#> nil
#> 3
#> "x"
#> "default"
#> true
#> true
#> 1  nil
#>  3 3
#> ok
#> 1
#> 3
#> [:a]
#> big
#> small
#> true
#> 1
