module Deep
  X = 1
  class Inner
    def a(b, c = 1) = 1
    def self.k = 2
  end
end
p Deep.constants.sort, Deep.const_get(:X), Object.const_get("Deep::X"), Deep.const_defined?(:X), Deep.const_defined?(:Y)
p Deep::Inner.name, Deep::Inner.instance_methods(false), Deep::Inner.instance_method(:a).arity, Deep.class, Deep::Inner.class
Deep.const_set(:Z, 5)
p Deep::Z
p Deep::Inner.new.public_methods(false).class, Deep::Inner.method_defined?(:a)
p Comparable.instance_of?(Module), Integer.ancestors.include?(Comparable), Class.superclass, Module.superclass
p String === "a", Object.new.is_a?(Kernel), Integer <= Numeric, Integer <=> Numeric rescue p "cmp"

#> [:Inner, :X]
#> 1
#> 1
#> true
#> false
#> "Deep::Inner"
#> [:a]
#> -2
#> Module
#> Class
#> 5
#> Array
#> true
#> true
#> true
#> Module
#> Object
#> true
#> true
#> true
#> -1
