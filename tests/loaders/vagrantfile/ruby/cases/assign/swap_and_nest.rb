a, b, c = 1, 2, 3
a, b, c = c, a, b
p [a, b, c]
(a, b), c = [1, 2], 3
p a, b, c
a, (b, (c, *d)), *e = 1, [2, [3, 4, 5]], 6, 7
p a, b, c, d, e
h = { k: [1, [2, 3]] }
x, (y, z) = h[:k]
p x + y + z
first, *, last = *1..5
p first, last
*init, tail = "a b c".split
p init, tail
def multi
  return 1, [2, 3]
end
q, (r, s) = multi
p q, r, s
o = Struct.new(:a, :b).new
o.a, o.b = 5, 6
p o.to_a
arr = [0, 0]
i = 0
i, arr[i] = 1, 9
p i, arr
p((a, b = 3, 4))

#> [3, 1, 2]
#> 1
#> 2
#> 3
#> 1
#> 2
#> 3
#> [4, 5]
#> [6, 7]
#> 6
#> 1
#> 5
#> ["a", "b"]
#> "c"
#> 1
#> 2
#> 3
#> [5, 6]
#> 1
#> [9, 0]
#> [3, 4]
