S = Struct.new(:n, :list)
s = S.new(1)
s.n += 1
s.list ||= []
s.list += [3]
s.n &&= s.n * 2
p s.n, s.list
x = nil
x&.n += 1
p x
class P
  def v = @v
  def v=(x)
    @v = x
  end
  def go
    self.v ||= 3
    self.v += 1
  end
end
p P.new.go

#> 4
#> [3]
#> nil
#> 4
