A = 1
module M
  B = 2
  A2 = A + 1
  module Inner
    C = B + 1
    def self.all = [A, B, C]
  end
end
p A, M::B, M::Inner::C, M::Inner.all, ::A, M::A2
class K
  X = :k
  def x = X
end
class L < K
  def y = X
end
p L.new.y, L::X
begin
  Missing
rescue NameError => e
  p e.message.lines.first.chomp, e.name
end
begin
  M::Missing
rescue NameError => e
  p e.message.lines.first.chomp
end

#> 1
#> 2
#> 3
#> [1, 2, 3]
#> 1
#> 2
#> :k
#> :k
#> "uninitialized constant Missing"
#> :Missing
#> "uninitialized constant M::Missing"
