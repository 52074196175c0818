class T
  attr_accessor :v
  def []=(k, v)
    (@h ||= {})[k] = v
  end
  def all = @h
end
t = T.new
t.v = 1
t[:a] = 2
t.v, t[:b] = 3, 4
p t.v, t.all
x = y = 5
p x, y
A, B = 1, 2
p A + B
p((z = 3) + z)
t.v = 1, 2
p t.v
s = "abc"
s[1] = "X"
p s
n = nil
n&.v = 5
p n

#> 3
#> {:a=>2, :b=>4}
#> 5
#> 5
#> 3
#> 6
#> [1, 2]
#> "aXc"
#> nil
