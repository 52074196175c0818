p 1 == 1.0, 1.eql?(1.0), 1 != 2, "a" == :a, nil == false, [1, [2]] == [1, [2]], { a: 1 } == { a: 1 }, 1 <=> 2
p "a" <=> "b", 1 <=> "a", [1, 2] <=> [1, 3], 3.between?(1, 5), 3.clamp(5, 6)
p 1 === 1, Integer === 1, (1..3) === 2, /a/ === "cat", String === "x", :a === :a, ->(x) { x > 1 } === 2
p 1.equal?(1), "a".equal?("a"), true & false, true ^ true, nil.to_a, !nil, !!1, (not true)
begin
  1 < nil
rescue ArgumentError => e
  p e.message
end

#> true
#> false
#> true
#> false
#> false
#> true
#> true
#> -1
#> -1
#> nil
#> -1
#> true
#> 5
#> true
#> true
#> true
#> true
#> true
#> true
#> true
#> true
#> false
#> false
#> false
#> []
#> true
#> true
#> false
#> "comparison of Integer with nil failed"
