END { puts "last" }
BEGIN { puts "first" }
puts "middle"

#> first
#> middle
#> last
