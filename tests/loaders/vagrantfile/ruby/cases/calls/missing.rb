class Ghost
  def method_missing(name, *args, &block)
    return super unless name.to_s.start_with?("do_")
    [name, args, block&.call]
  end
  def respond_to_missing?(name, all = false) = name.to_s.start_with?("do_") || super
end
g = Ghost.new
p g.do_it(1, 2), g.do_that { 3 }, g.respond_to?(:do_x), g.respond_to?(:other)
begin
  g.other
rescue NoMethodError => e
  p e.message[/undefined method `other'/], e.name
end
begin
  nothing_here
rescue NameError => e
  p e.message.lines.first.chomp, e.class, e.name
end
begin
  nothing_here()
rescue NameError => e
  p e.message.lines.first.chomp, e.class
end
[nil, 1, "s", [1], :a, true, 1.5, Ghost].each do |x|
  x.no_such
rescue NoMethodError => e
  p e.message.lines.first.chomp
end

#> [:do_it, [1, 2], nil]
#> [:do_that, [], 3]
#> true
#> false
#> "undefined method `other'"
#> :other
#> "undefined local variable or method `nothing_here' for main:Object"
#> NameError
#> :nothing_here
#> "undefined method `nothing_here' for main:Object"
#> NoMethodError
#> "undefined method `no_such' for nil:NilClass"
#> "undefined method `no_such' for 1:Integer"
#> "undefined method `no_such' for \"s\":String"
#> "undefined method `no_such' for [1]:Array"
#> "undefined method `no_such' for :a:Symbol"
#> "undefined method `no_such' for true:TrueClass"
#> "undefined method `no_such' for 1.5:Float"
#> "undefined method `no_such' for Ghost:Class"
