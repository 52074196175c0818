p 5.send(:+, 3), "a".send("upcase"), [1, 2].public_send(:map) { |x| x * 2 }
class Q
  def method_for(x) = x
  private def secret = :s
end
p Q.new.send(:secret), Q.new.__send__(:method_for, 1)
m = Q.new.method(:method_for)
p m.call(3), m.arity, m.name, m.owner, [1, 2].map(&m), m.unbind.class
p 5.respond_to?(:+), nil.respond_to?(:foo)
p Q.instance_methods(false), Q.method_defined?(:method_for)

#> 8
#> "A"
#> [2, 4]
#> :s
#> 1
#> 3
#> 1
#> :method_for
#> Q
#> [1, 2]
#> UnboundMethod
#> true
#> false
#> [:method_for]
#> true
