[nil, false, 0, "", [], {}, true].each { |v| print v ? "T" : "F" }
puts
p !0, !!nil, nil.to_a.empty?, (nil or "x"), (0 and "y")
puts "unless" unless nil
puts (if nil then 1 else 2 end)
x = nil
puts "nil" if x.nil?
puts x.to_s.empty?
puts "a" if x == nil || x.empty?
p x.to_i, x.to_s, x.inspect, nil & true, nil.to_h
p [1, nil, false, 2].compact, [1, nil, false].select(&:itself), [nil, 1].find(&:nil?).inspect

#> FFTTTTT
#> false
#> false
#> true
#> "x"
#> "y"
#> unless
#> 2
#> nil
#> true
#> a
#> 0
#> ""
#> "nil"
#> false
#> {}
#> [1, false, 2]
#> [1]
#> "nil"
