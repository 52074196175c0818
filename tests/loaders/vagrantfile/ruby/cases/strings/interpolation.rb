x = 5
@y = 6
$z = 7
p "#{x}#{@y}#$z #@y", "#{"in #{"side"}"}", "#{}", "#{nil}|#{:a}|#{[1, nil]}|#{{ a: 1 }}|#{1.0}"
p "a" "b" 'c' "#{x}"
puts "long \
line"

#> "567 6"
#> "in side"
#> ""
#> "|a|[1, nil]|{:a=>1}|1.0"
#> "abc5"
#> long line
