a = b = c = []
c << 1
p a, b
a = (1 if false)
p a
a = if true then 1 else 2 end
p a
a = begin; 1; 2; end
p a
a = while true do break 7 end
p a
a = case 3 when 3 then :three end
p a

#> [1]
#> [1]
#> nil
#> 1
#> 2
#> 7
#> :three
