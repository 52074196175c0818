x = 3
p %w[a b c], %w(a\ b c), %W[a#{x} b\tc #{x}#{x}], %i[a b], %I[a#{x} b], %w[], %w[
  one
  two
]

#> ["a", "b", "c"]
#> ["a b", "c"]
#> ["a3", "b\tc", "33"]
#> [:a, :b]
#> [:a3, :b]
#> []
#> ["one", "two"]
