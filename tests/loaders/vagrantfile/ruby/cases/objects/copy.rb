class N
  attr_accessor :list, :name
  def initialize_copy(o)
    @list = o.list.dup
  end
end
n = N.new
n.list = [1]
n.name = "a"
m = n.dup
m.list << 2
m.name = "b"
p n.list, m.list, n.name
h = { a: { b: 1 } }
g = h.dup
g[:c] = 1
g[:a][:b] = 2
p h
f = "abc".freeze
p f.dup.frozen?, f.clone.frozen?, f.clone(freeze: false).frozen?

#> [1]
#> [1, 2]
#> "a"
#> {:a=>{:b=>2}}
#> false
#> true
#> false
