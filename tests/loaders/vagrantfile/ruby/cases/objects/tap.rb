p 5.tap { |x| p x + 1 }.then { |x| x * 2 }
p [1].tap { |a| a << 2 }
p "x".yield_self { |s| s + "y" }
p 3.then { _1 + 1 }
o = Object.new
o.instance_variable_set(:@a, 1)
p o.instance_variable_get(:@a), o.instance_variable_defined?(:@a), o.instance_variable_get(:@b), o.instance_variables
p o.respond_to?(:tap), o.is_a?(BasicObject)

#> 6
#> 10
#> [1, 2]
#> "xy"
#> 4
#> 1
#> true
#> nil
#> [:@a]
#> true
#> true
