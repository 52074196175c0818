class A
  def a(x, y = 2, *r, k: 3, **o, &b) = [x, y, r, k, o, b&.call]
  def b = "A#b"
  def self.c(x) = "A.c#{x}"
end
class B < A
  def a(x, y = 5, *r, k: 6, **o, &b)
    x += 1
    [super, super(x), super(x, &nil)]
  end
  def b = "B" + super()
  def self.c(x) = "B." + super
end
p B.new.a(1), B.new.a(1, 2, 3, k: 4, z: 5) { :blk }, B.new.b, B.c(7)
module Loud
  def b = super.upcase + "!"
end
class B
  prepend Loud
end
p B.new.b
class C < A
  include Loud
end
p C.new.b
class D < C
  def b
    [1].map { super() }
  end
end
p D.new.b
begin
  class A
    def none = super
  end
  A.new.none
rescue NoMethodError => e
  p e.message[/super: no superclass method `none'/]
end

#> [[2, 5, [], 6, {}, nil], [2, 2, [], 3, {}, nil], [2, 2, [], 3, {}, nil]]
#> [[2, 2, [3], 4, {:z=>5}, :blk], [2, 2, [], 3, {}, :blk], [2, 2, [], 3, {}, nil]]
#> "BA#b"
#> "B.A.c7"
#> "BA#B!"
#> "A#B!"
#> ["A#B!"]
#> "super: no superclass method `none'"
