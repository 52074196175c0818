def h(x)
  case x
  in { type: :vm, name: String => n, cpus: 1.. => c } then "vm #{n} #{c}"
  in { type: :net, ip: } then "net #{ip}"
  in { only: 1, **nil } then "only"
  in { a: 1, **rest } then "rest #{rest}"
  in {} then "empty"
  else "else"
  end
end
p h({ type: :vm, name: "x", cpus: 2 }), h({ type: :net, ip: "1" }), h({ only: 1 }), h({ a: 1, b: 2 }), h({}), h({ z: 1 })
config = { db: { user: "u", ports: [1, 2] } }
config => { db: { user:, ports: [first, *] } }
p user, first
a = (5 in Integer)
b = ("x" in Integer)
p a, b
if { a: 1 } in { a: Integer => q }
  p q
end
class Point
  attr_reader :x, :y
  def initialize(x, y) = (@x, @y = x, y)
  def deconstruct = [x, y]
  def deconstruct_keys(keys) = { x:, y: }
end
case Point.new(1, 2)
in { x: 1, y: } then p y
end
case Point.new(1, 2)
in Point(a, b) then p [a, b]
end
case Point.new(3, 4)
in Point(x:, y:) then p x * y
end

#> "vm x 2"
#> "net 1"
#> "only"
#> "rest {:b=>2}"
#> "empty"
#> "else"
#> "u"
#> 1
#> true
#> false
#> 1
#> 2
#> [1, 2]
#> 12
