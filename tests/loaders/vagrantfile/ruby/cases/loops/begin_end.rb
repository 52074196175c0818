puts "start"
END { puts "last" }
BEGIN { puts "first" }
puts "middle"

#> first
#> start
#> middle
#> last
