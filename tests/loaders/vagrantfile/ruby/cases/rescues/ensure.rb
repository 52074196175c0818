def a
  yield
ensure
  puts "a ensure"
end
a { puts "in" }
[1, 2].each do |x|
  begin
    next if x == 1
    puts x
  ensure
    puts "e#{x}"
  end
end
r = [1].each do
  begin
    break 5
  ensure
    puts "broken"
  end
end
p r
begin
  a { raise "x" }
rescue => e
  p e.message
end
def value
  1
ensure
  2
end
p value
def over
  return 1
ensure
  puts "x"
end
p over

#> in
#> a ensure
#> e1
#> 2
#> e2
#> broken
#> 5
#> a ensure
#> "x"
#> 1
#> x
#> 1
