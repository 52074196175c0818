def target(a, b = 2, *c, k: 0, **o, &blk) = [a, b, c, k, o, blk ? blk.call : nil]
def all(...) = target(...)
def some(x, ...) = target(x, ...)
p all(1), all(1, 2, 3, k: 4, z: 5) { :b }
p some(1, 5, k: 2)

#> [1, 2, [], 0, {}, nil]
#> [1, 2, [3], 4, {:z=>5}, :b]
#> [1, 5, [], 2, {}, nil]
