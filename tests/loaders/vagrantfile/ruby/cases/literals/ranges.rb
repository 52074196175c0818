p (1..3), (1...3), ("a".."e"), (1..), (..5), (1..nil).first(2)
a = 2
p (a..a + 2).to_a, (a - 1...a).to_a
begin
  (1.."a")
rescue ArgumentError => e
  p e.message
end

#> 1..3
#> 1...3
#> "a".."e"
#> 1..
#> ..5
#> [1, 2]
#> [2, 3, 4]
#> [1]
#> "bad value for range"
