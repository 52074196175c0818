$stdout.puts "a", ["b", ["c"]]
$stdout.print "d", 1, "\n"
STDOUT.write("e\n")
$stdout << "f" << "\n"
printf("%d-%s\n", 1, "x")
$stdout.printf("%02d\n", 3)
putc "z"
puts
puts nil, [nil], true
print "no newline\n"
p
p 1, 2
pp({ a: 1 })
puts [[], [1, [2]]].inspect
$stdout.sync = true
$stdout.flush
display = 5
display.display
puts

#> a
#> b
#> c
#> d1
#> e
#> f
#> 1-x
#> 03
#> z
#>
#>
#> true
#> no newline
#> 1
#> 2
#> {:a=>1}
#> [[], [1, [2]]]
#> 5
