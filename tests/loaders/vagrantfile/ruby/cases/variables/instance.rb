@a = 1
p @a, @b
class C
  @level = 3
  class << self
    attr_reader :level
  end
  def initialize = @x = 1
  def x = @x
  def unset = @nothing
end
p C.level, C.new.x, C.new.unset

#> 1
#> nil
#> 3
#> 1
#> nil
