module Outer
  NAME = "outer"
  class Thing
    NAME = "thing"
    def name = NAME
    def outer = Outer::NAME
  end
  class Other
    def name = NAME
  end
end
p Outer::Thing.new.name, Outer::Thing.new.outer, Outer::Other.new.name
class Outer::Late
  def name
    NAME
  rescue NameError
    "not seen"
  end
end
p Outer::Late.new.name

#> "thing"
#> "outer"
#> "outer"
#> "not seen"
