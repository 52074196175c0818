def a = block_given?
def b(&blk) = a(&blk)
p a, a {}, b, b {}
def c
  [1].map { block_given? }
end
p c, c {}
def d
  yield
ensure
  p block_given?
end
d { p local_variables.class }
x = 1
p local_variables.include?(:x)

#> false
#> true
#> false
#> true
#> [false]
#> [true]
#> Array
#> true
#> true
