class V
  include Comparable
  attr_reader :n
  def initialize(n) = @n = n
  def <=>(o) = n <=> o.n
  def inspect = "V#{n}"
  def succ = V.new(n + 1)
  def coerce(o) = [V.new(o), self]
end
a, b, c = V.new(1), V.new(2), V.new(3)
p a < b, a > b, a <= a, a == V.new(1), b.between?(a, c), c.clamp(a, b), [c, a, b].sort, [a, b, c].max, [b, a].minmax
p (a..c).include?(b), (a..c).to_a

#> true
#> false
#> true
#> true
#> true
#> V2
#> [V1, V2, V3]
#> V3
#> [V1, V2]
#> true
#> [V1, V2, V3]
