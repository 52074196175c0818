module Greet
  def self.extended(o) = puts("extended #{o}")
  def greet(who = "you", *rest, punct: "!") = "hi #{who}#{rest.join}#{punct}"
end
class Person
  def to_s = "person"
  def method_missing(name, *args)
    if name.end_with?("=")
      (@data ||= {})[name.to_s.chomp("=").to_sym] = args.first
    elsif (@data ||= {}).key?(name)
      @data[name]
    else
      super
    end
  end
  def respond_to_missing?(name, include_private = false) = name.end_with?("=") || (@data || {}).key?(name) || super
end
pr = Person.new
pr.extend(Greet)
pr.age = 5
p pr.age, pr.respond_to?(:age), pr.respond_to?(:nope), pr.greet, pr.greet("me", 1, punct: "?")
begin
  pr.nope
rescue NoMethodError => e
  p e.message[/undefined method `nope'/]
end
p pr.method(:greet).call("x"), pr.method(:greet).parameters, Person.instance_method(:to_s).bind(pr).call
p pr.public_send(:greet, "send"), pr.singleton_class.include?(Greet), pr.is_a?(Greet)
sum = 0
adder = Object.new
def adder.each
  yield 1
  yield 2
end
adder.each { |v| sum += v }
p sum

#> extended person
#> 5
#> true
#> false
#> "hi you!"
#> "hi me1?"
#> "undefined method `nope'"
#> "hi x!"
#> [[:opt, :who], [:rest, :rest], [:key, :punct]]
#> "person"
#> "hi send!"
#> true
#> true
#> 3
