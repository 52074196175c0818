p 7 / 2, -7 / 2, 7 % 3, -7 % 3, 7.0 / 2, 2**10, 2**-1, 2**0.5, 7.fdiv(2), 1 + 2 * 3 - 4 / 2, (1 + 2) * 3
p 5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 4, 256 >> 2, -5.abs, +3, -2 ** 2
p 1.5 + 1, 3 - 0.5, 2 * 1.5, 7.5 % 2
begin
  1 / 0
rescue ZeroDivisionError => e
  p e.message
end
p 1.0 / 0, (0.0 / 0).nan?
begin
  1 + "a"
rescue TypeError => e
  p e.message
end
begin
  "a" + 1
rescue TypeError => e
  p e.message
end
begin
  nil + 1
rescue NoMethodError => e
  p e.message.lines.first.chomp
end
begin
  [1] + nil
rescue TypeError => e
  p e.message
end

#> 3
#> -4
#> 1
#> 2
#> 3.5
#> 1024
#> (1/2)
#> 1.4142135623730951
#> 3.5
#> 5
#> 9
#> 1
#> 7
#> 6
#> -6
#> 16
#> 64
#> 5
#> 3
#> -4
#> 2.5
#> 2.5
#> 3.0
#> 1.5
#> "divided by 0"
#> Infinity
#> true
#> "String can't be coerced into Integer"
#> "no implicit conversion of Integer into String"
#> "undefined method `+' for nil:NilClass"
#> "no implicit conversion of nil into Array"
