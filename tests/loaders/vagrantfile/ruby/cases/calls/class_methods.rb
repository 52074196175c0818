class S
  class << self
    def a = :a
    attr_accessor :conf
    def b = priv
    private
    def priv = :priv
  end
  def self.d(x = 1) = x
end
S.conf = 5
p S.a, S.conf, S.b, S.d
begin
  S.priv
rescue NoMethodError => e
  p e.message
end
class T < S; end
p T.a, T.d(2), T.conf
o = Object.new
def o.hi = "hi"
o.define_singleton_method(:ho) { |x| "ho #{x}" }
p o.hi, o.ho(1), o.singleton_methods

#> :a
#> 5
#> :priv
#> 1
#> "private method `priv' called for S:Class"
#> :a
#> 2
#> nil
#> "hi"
#> "ho 1"
#> [:hi, :ho]
