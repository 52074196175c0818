x = 1
[1].each { x += 1; y = 5 }
p x
p defined?(y)
def m
  defined?(x)
end
p m
if false
  z = 1
end
p z
1.times { |i; x| x = i + 10 }
p x

#> 2
#> nil
#> nil
#> nil
#> 2
