def deep_symbolize(x)
  case x
  when Hash then x.each_with_object({}) { |(k, v), h| h[k.to_s.to_sym] = deep_symbolize(v) }
  when Array then x.map { |v| deep_symbolize(v) }
  else x
  end
end
p deep_symbolize("a" => [{ "b" => 1 }, 2], "c" => { "d" => nil })
memo = Hash.new { |h, n| h[n] = n < 2 ? n : h[n - 1] + h[n - 2] }
p memo[40]
def walk(tree, depth = 0, &block)
  tree.each do |k, v|
    block.call(k, depth)
    walk(v, depth + 1, &block) if v.is_a?(Hash)
  end
end
walk({ a: { b: {}, c: { d: {} } }, e: {} }) { |k, d| puts "#{"  " * d}#{k}" }
class Node
  include Enumerable
  def initialize(value, *children) = (@value, @children = value, children)
  def each(&block)
    return enum_for(:each) unless block
    block.call(@value)
    @children.each { |c| c.each(&block) }
  end
end
t = Node.new(1, Node.new(2), Node.new(3, Node.new(4)))
p t.to_a, t.sum, t.select(&:even?)

#> {:a=>[{:b=>1}, 2], :c=>{:d=>nil}}
#> 102334155
#> a
#>   b
#>   c
#>     d
#> e
#> [1, 2, 3, 4]
#> 10
#> [2, 4]
