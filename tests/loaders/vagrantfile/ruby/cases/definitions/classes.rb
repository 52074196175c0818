class Animal
  SOUND = "..."
  attr_reader :name
  attr_writer :age
  attr_accessor :mood
  def initialize(name) = @name = name
  def speak = "#{name}: #{self.class::SOUND}"
  def to_s = "#<#{self.class.name} #{@name}>"
  def ==(o) = o.is_a?(Animal) && name == o.name
  alias eql? ==
  def hash = name.hash
  def <=>(o) = name <=> o.name
  include Comparable
end
class Dog < Animal
  SOUND = "woof"
  def initialize(name, breed = nil)
    super(name)
    @breed = breed
  end
end
d = Dog.new("rex")
puts d, d.speak
p d == Animal.new("rex"), d.class.superclass, Dog.ancestors.first(3), d.is_a?(Animal), Dog < Animal, d.instance_of?(Animal)
d.mood = :ok
d.age = 3
p d.mood, d.instance_variables, d.instance_variable_get(:@age)
p [Dog.new("b"), Dog.new("a")].min.name, Dog.new("a").between?(Dog.new("a"), Dog.new("c"))
class Dog
  def speak = super + "!"
end
p d.speak
p Dog.name, Dog.to_s, Dog.class, d.respond_to?(:age)
x = Class.new(Dog) { def speak = "anon" }
p x.new("q").speak
Named = x
p x.name
begin
  class Dog < String; end
rescue TypeError => e
  p e.message
end
begin
  Dog.new
rescue ArgumentError => e
  p e.message
end
begin
  Animal.new("a").instance_eval { @name = "changed"; p name }
end

#> #<Dog rex>
#> rex: woof
#> true
#> Animal
#> [Dog, Animal, Comparable]
#> true
#> true
#> false
#> :ok
#> [:@name, :@breed, :@mood, :@age]
#> 3
#> "a"
#> true
#> "rex: woof!"
#> "Dog"
#> "Dog"
#> Class
#> false
#> "anon"
#> "Named"
#> "superclass mismatch for class Dog"
#> "wrong number of arguments (given 0, expected 1..2)"
#> "changed"
