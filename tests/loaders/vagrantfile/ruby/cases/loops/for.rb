for i in 1..3 do print i end
puts
for a, b in [[1, 2], [3, 4]]
  p a + b
end
p i, a
for x in %w[a b c]
  next if x == "b"
  puts x
end
r = for q in [1, 2] do break q end
p r
for k, v in { a: 1 }
  p k, v
end
p (for z in [1] do end)
outer = [1, 2].each do |m|
  for y in [1, 2, 3]
    next if y == 2
    break if m == 2
    p [m, y]
  end
end
p outer

#> 123
#> 3
#> 7
#> 3
#> 3
#> a
#> c
#> 1
#> :a
#> 1
#> [1]
#> [1, 1]
#> [1, 3]
#> [1, 2]
