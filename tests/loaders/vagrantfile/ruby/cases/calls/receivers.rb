class C
  def a = self
  def b(x) = x
  def [](i) = "at #{i}"
  def call(x) = x * 2
  def name=(x)
    @name = x
  end
  def name = @name
  def !~(x) = 1
  def -@ = "minus"
  def +(o) = "plus #{o}"
  def <<(o) = "shift #{o}"
  def ==(o) = true
  def =~(o) = "match"
  def to_str = "C"
end
c = C.new
p c.a.b(1), c[2], c.(3), c.call(4), -c, c + 1, c << 2, c == 5, c != 5, c =~ 1
c.name = 5
p c.name, c&.name, nil&.name, nil&.name.nil?
p c::b(2)
c
  .b(3)
  .then { |x| p x }
p [1, 2]
  .map { |x| x + 1 } # comment
  .select(&:even?)
p "x".
  upcase

#> 1
#> "at 2"
#> 6
#> 8
#> "minus"
#> "plus 1"
#> "shift 2"
#> true
#> false
#> "match"
#> 5
#> 5
#> nil
#> true
#> 2
#> 3
#> [2]
#> "X"
