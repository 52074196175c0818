=begin
a block comment
if broken (
=end
x = 1 # trailing
y =
  2
z = x +
    y
p z
a = [1, 2, # one
     3]
p a
if x == 1 &&
   y == 2
  puts "both"
end
puts "semi"; puts "colon"
r = [3, 1, 2]
  .sort
  # a comment in a chain
  .map { |v| v * 2 }
p r
p(
  1,
  2,
)
h = {
  a: 1,
  # comment
  b: 2,
}
p h
def m(a,
      b: 1)
  a + b
end
p m(1,
    b: 2)
case x when 1 then puts "one" end
if x == 1 then puts "then" end
while x < 3 do x += 1 end
p x
begin; puts "begin"; end
t = true and false
p t
puts "no parens", [1, 2].include?(1) ? "in" : "out"

#> 3
#> [1, 2, 3]
#> both
#> semi
#> colon
#> [2, 4, 6]
#> 1
#> 2
#> {:a=>1, :b=>2}
#> 3
#> one
#> then
#> 3
#> begin
#> true
#> no parens
#> in
