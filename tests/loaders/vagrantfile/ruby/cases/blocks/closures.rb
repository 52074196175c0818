adders = (1..3).map { |i| ->(x) { x + i } }
p adders.map { |f| f.call(10) }
def counter
  n = 0
  [-> { n += 1 }, -> { n }]
end
inc, get = counter
inc.call
inc.()
p get.call
x = 1
change = proc { |v| x = v }
change.call(5)
p x
p [3, 1, 2].sort { |a, b| b <=> a }

#> [11, 12, 13]
#> 2
#> 5
#> [3, 2, 1]
