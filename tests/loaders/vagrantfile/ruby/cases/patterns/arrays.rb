def m(x)
  case x
  in [] then "empty"
  in [Integer => a] then "one #{a}"
  in [Integer, String => s] then "pair #{s}"
  in [1, [2, *rest]] then "nested #{rest}"
  in [first, *, last] if first == last then "same #{first}"
  in [_, *mid, _] unless mid.empty? then "mid #{mid}"
  in nil then "nil"
  in 5.. then "big"
  in "a" | "b" => letter then "letter #{letter}"
  in Symbol | Float then "other"
  in ->(n) { n == 3 } then "lambda"
  else "else"
  end
end
p [[], [1], [1, "x"], [1, [2, 3, 4]], [7, 8, 7], [1, 2, 3, 4], nil, 9, "b", :s, 1.5, 3, 2].map { |x| m(x) }
y = 5
case 5
in ^y then puts "pinned"
end
case [1, 2]
in a, b
  p a + b
end
begin
  case 9
  in 1 then 1
  end
rescue NoMatchingPatternError => e
  p e.class
end

#> ["empty", "one 1", "pair x", "nested [3, 4]", "same 7", "mid [2, 3]", "nil", "big", "letter b", "other", "other", "lambda", "else"]
#> pinned
#> 3
#> NoMatchingPatternError
