class Builder
  def initialize = @parts = []
  def add(x = nil, **o, &b)
    @parts << (b ? b.call : x || o)
    self
  end
  def to_s = @parts.join(",")
end
puts Builder.new
  .add(1)
  .add { 2 }
  .add(a: 3)
puts Builder.new.add("x").add("y").to_s.upcase.then { |s| "<#{s}>" }
x = [1, 2, 3, 4]
  .select { |v| v.even? }
  .map do |v|
    v * 10
  end
p x
p [[3, "c"], [1, "a"]].sort.map(&:last).join.upcase.chars.each_slice(1).to_a.flatten.first&.downcase&.to_sym
a = nil
p a&.foo&.bar, a&.length.nil?, (a || []).first, a.to_a.first
puts [1, 2].sum.to_s + "!" if true
p "a".then { _1 + "b" }.then { _1 * 2 }
p %w[1 2].map(&:to_i).reduce(:+).fdiv(2).round(1)
p [1, 2, 3].each_slice(2).map(&:sum).zip(%i[a b]).to_h

#> 1,2,{:a=>3}
#> <X,Y>
#> [20, 40]
#> :a
#> nil
#> true
#> nil
#> nil
#> 3!
#> "abab"
#> 1.5
#> {3=>:b}
