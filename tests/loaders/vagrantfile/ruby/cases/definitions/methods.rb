def a() = 1
def b(x) = x + 1
def c x, y = 2
  x + y
end
def d? = true
def e! = :bang
def f=(x)
  @f = x
end
p a, b(1), c(1), c(1, 5), d?, e!
self.f = 5
p @f
p (def g; end)
def outer
  def inner = :inner
  inner
end
p outer, inner
alias h a
alias_method :i, :b rescue p "no alias_method here"
p h
undef h
begin
  h
rescue NameError => e
  p e.class
end
def self.on_main = :main
p on_main
def kw(if:, class: 1) = binding.local_variable_get(:if)
p kw(if: 3)
def with_rescue
  yield
rescue ZeroDivisionError
  0
else
  1
ensure
  print "."
end
p with_rescue { 1 / 0 }, with_rescue { 1 }

#> 1
#> 2
#> 3
#> 6
#> true
#> :bang
#> 5
#> :g
#> :inner
#> :inner
#> "no alias_method here"
#> 1
#> NameError
#> :main
#> 3
#> ..0
#> 1
