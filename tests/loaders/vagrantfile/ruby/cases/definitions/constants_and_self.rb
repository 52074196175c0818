class Registry
  ITEMS = []
  DEFAULTS = { a: 1 }.freeze
  class Error < StandardError; end
  class << self
    def register(*names) = names.each { |n| ITEMS << n }
    def each(&b) = ITEMS.each(&b)
    include Enumerable
    def fail! = raise(Error, "registry")
    def build = new.tap { |r| r.instance_variable_set(:@built, true) }
  end
  register :x, :y
  def built? = @built
  COUNT = ITEMS.size
  puts "in body #{self} #{COUNT}"
end
p Registry.map(&:to_s), Registry.include?(:x), Registry.sort, Registry::COUNT, Registry.build.built?, Registry::DEFAULTS[:a]
begin
  Registry.fail!
rescue Registry::Error => e
  p e.message, e.class
end
p Registry::Error.name, Registry.constants.sort.first(3), self.class, self.inspect
class Registry::Extra
  def self.where = name
end
p Registry::Extra.where
p Registry.const_get(:COUNT), Object.const_defined?(:Registry), Module.new.name

#> in body Registry 2
#> ["x", "y"]
#> true
#> [:x, :y]
#> 2
#> true
#> 1
#> "registry"
#> Registry::Error
#> "Registry::Error"
#> [:COUNT, :DEFAULTS, :Error]
#> Object
#> "main"
#> "Registry::Extra"
#> 2
#> true
#> nil
