x = 10
[1, 2].each { |i; y| y = i; x += y }
p x
l = lambda do |n|
  n <= 1 ? 1 : n * l.call(n - 1)
end
p l.call(5)
def make_counter
  count = 0
  increment = -> { count += 1 }
  get = -> { count }
  [increment, get]
end
i, g = make_counter
3.times { i.call }
p g.call
def run = yield
y = 1
run { y += 1; z = y }
p y, defined?(z)
procs = []
3.times { |k| procs << -> { k } }
p procs.map(&:call)
p (1..3).map { |q| ->(r) { q * r } }.map { |f| f.(10) }

#> 13
#> 120
#> 3
#> 2
#> nil
#> [0, 1, 2]
#> [10, 20, 30]
