def m(*a, &b) = [a, b ? b.call : nil]
p(m(1) { 2 })
r = m 1 do
  3
end
p r
r = m m(1) { 4 } do 5 end
p r
v = [1, 2, 3].inject do |a, b|
  a + b
end
p v

#> [[1], 2]
#> [[1], 3]
#> [[[[1], 4]], 5]
#> 6
