class Temp
  include Comparable
  attr_reader :deg
  protected :deg
  def initialize(d) = @deg = d
  def <=>(o) = deg <=> o.deg
  def +(o) = Temp.new(deg + o.deg)
  def -@ = Temp.new(-deg)
  def [](i) = deg.digits[i]
  def to_s = "#{deg}C"
  def coerce(n) = [Temp.new(n), self]
  def call(x) = deg * x
  def to_proc = ->(x) { x + deg }
  def each = yield(deg)
  def =~(o) = "match #{o}"
  def ===(o) = o == deg
  def %(o) = deg % o
  def <<(o) = tap { @deg += o }
  def to_str = to_s
  def hash = deg.hash
  def eql?(o) = deg == o.deg
end
t = Temp.new(21)
puts t + Temp.new(4), -t, t[0], t.(2), [1, 2].map(&t).inspect, t =~ 5, t % 4, "at " + t
puts t > Temp.new(3), [Temp.new(3), Temp.new(1)].max, t << 1
case 22
when t then puts "case"
end
puts [Temp.new(1), Temp.new(1)].uniq.size, { Temp.new(1) => :x }[Temp.new(1)]
begin
  t.deg
rescue NoMethodError => e
  puts e.message[/protected method `deg'/]
end

#> 25C
#> -21C
#> 1
#> 42
#> [22, 23]
#> match 5
#> 1
#> at 21C
#> true
#> 3C
#> 22C
#> case
#> 1
#> x
#> protected method `deg'
