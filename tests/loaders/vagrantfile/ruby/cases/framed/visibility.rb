class A
  private
  attr_reader :hidden
  def helper = 1
  public
  def open = [hidden, helper]
  private def one = 1
  def two = 2
  private attr_accessor :acc
  def three = self.acc = 3
  protected def four = 4
end
a = A.new
p a.open, a.two, a.three
p a.respond_to?(:helper), a.respond_to?(:hidden), a.respond_to?(:one), a.respond_to?(:acc), a.respond_to?(:four)
module M
  module_function
  def x = 1
  def y = x + 1
end
p M.x, M.y
class B
  def b = 1
  def c = 2
  private :b, :c
  public :c
end
p B.new.respond_to?(:b), B.new.c

#> [nil, 1]
#> 2
#> 3
#> false
#> false
#> false
#> false
#> false
#> 1
#> 2
#> false
#> 2
