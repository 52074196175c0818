def b(*a, &blk) = [a, blk&.call(2)]
sq = ->(x) { x * x }
p b(1, &sq), b(&:to_s), b { |x| x + 1 }, b(&nil), b(&method(:Integer))
def pass(&b) = [1, 2].map(&b)
p pass { |x| x * 10 }
def inner(&) = outer(&)
def outer = yield(5)
p inner { |x| x + 1 }

#> [[1], 4]
#> [[], "2"]
#> [[], 3]
#> [[], nil]
#> [[], 2]
#> [10, 20]
#> 6
