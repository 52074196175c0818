class Ctx
  def initialize = @v = 1
  def plain = [1].map { @v + 1 }
  def inner(&b) = instance_eval(&b)
  def args(*a, &b) = instance_exec(*a, &b)
  def me = [1].map { self.class }.first
  def make = -> { @v }
  def nested = [1].flat_map { |a| [2].map { |b| a + b + @v } }
end
c = Ctx.new
@v = 10
p c.plain, c.inner { @v }, c.args(5) { |x| x + @v }, c.me, c.make.call, c.nested
x = 1
change = -> { x += 1 }
change.call
change.()
p x
def scope_gate
  defined?(x).inspect
end
p scope_gate
y = [1, 2, 3].each_with_object({}) do |i, acc|
  z = i * 2
  acc[i] = z
end
p y, defined?(z)
if true
  inside_if = 1
end
p inside_if
while (inside_while ||= 0) < 1
  inside_while += 1
end
p inside_while
1.times do
  blk_only = 5
  1.times { blk_only += 1 }
  p blk_only
end
b = binding
p b.local_variable_defined?(:x), b.local_variable_defined?(:blk_only)
v = 5
define_singleton_method(:see_v) { v }
p see_v
lam = ->(v) { v + 1 }
p lam.(1), v

#> [2]
#> 1
#> 6
#> Ctx
#> 1
#> [4]
#> 3
#> "nil"
#> {1=>2, 2=>4, 3=>6}
#> nil
#> 1
#> 1
#> 6
#> true
#> false
#> 5
#> 2
#> 5
