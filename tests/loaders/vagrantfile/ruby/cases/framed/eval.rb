count = 2
p eval("count + 1"), eval("count += 5"), count
[3].each { |n| eval "count = n" }
p count
eval("fresh = 1")
p((fresh rescue "gone after"))
def of_a_method
  hidden = 7
  binding
end
p eval("hidden", of_a_method), of_a_method.eval("hidden * 2")
eval "def made_here = 'made'"
p made_here
eval("raise 'here'", nil, "local.rb", 12) rescue p $!.message
begin
  eval(nil)
rescue TypeError => e
  p e.class
end

#> 3
#> 7
#> 7
#> 3
#> "gone after"
#> 7
#> 14
#> "made"
#> "here"
#> TypeError
