def opt(a = 1, *b, c: 2, &d) = [a, b, c, d&.call]
p opt, opt(5), (opt 5), (opt 5, c: 1), (opt(5) { 1 })
p((opt 1, 2 do 3 end))
puts opt c: 5
puts [opt, opt].length
puts opt(*[1, 2], **{ c: 3 }).inspect
v = opt 1, 2,
        c: 3
p v
puts "#{opt 7}"
puts opt(1).first.zero? ? "zero" : "one"
p [opt(1), 2], { k: opt(2) }
return_value = (puts "x"; opt)
p return_value
p opt(-1), opt(!true), opt(:a), opt([1]), opt({ a: 1 }), opt("s"), opt(nil), opt(1..2), opt(->(x) { x }).first.lambda?

#> [1, [], 2, nil]
#> [5, [], 2, nil]
#> [5, [], 2, nil]
#> [5, [], 1, nil]
#> [5, [], 2, 1]
#> [1, [2], 2, 3]
#> 1
#> 5
#>
#> 2
#> [1, [2], 3, nil]
#> [1, [2], 3, nil]
#> [7, [], 2, nil]
#> one
#> [[1, [], 2, nil], 2]
#> {:k=>[2, [], 2, nil]}
#> x
#> [1, [], 2, nil]
#> [-1, [], 2, nil]
#> [false, [], 2, nil]
#> [:a, [], 2, nil]
#> [[1], [], 2, nil]
#> [{:a=>1}, [], 2, nil]
#> ["s", [], 2, nil]
#> [nil, [], 2, nil]
#> [1..2, [], 2, nil]
#> true
