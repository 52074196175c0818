class Maker
  %w[a b].each do |n|
    define_method(n) { |x = 1| "#{n}#{x}" }
    define_method("#{n}?") { true }
  end
  define_method(:early) do |x|
    return :neg if x < 0
    :pos
  end
  define_method(:with_block) { |&b| b.call(2) }
end
m = Maker.new
p m.a, m.b(5), m.a?, m.early(-1), m.early(1), m.with_block { |x| x * 3 }
Maker.class_eval do
  def added = :added
  attr_accessor :extra
end
m.extra = 1
p m.added, m.extra
Maker.send(:define_method, :sent) { :sent }
p m.sent
m.instance_eval do
  @secret = 9
  def only_me = @secret
end
p m.only_me, m.instance_variable_get(:@secret)
p m.instance_exec(5) { |x| @secret + x }
k = Class.new do
  attr_reader :v
  def initialize(v) = @v = v
  define_method(:double) { v * 2 }
end
p k.new(4).double
mod = Module.new do
  def from_mod = :mod
end
k.include(mod)
p k.new(1).from_mod
Maker.send(:remove_method, :a)
p m.respond_to?(:a)
begin
  m.early
rescue ArgumentError => e
  p e.message
end

#> "a1"
#> "b5"
#> true
#> :neg
#> :pos
#> 6
#> :added
#> 1
#> :sent
#> 9
#> 9
#> 14
#> 8
#> :mod
#> false
#> "wrong number of arguments (given 0, expected 1)"
