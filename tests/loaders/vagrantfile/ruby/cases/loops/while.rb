i = 0
i += 1 while i < 10
p i
i -= 1 until i < 5
p i
while true
  i += 1
  next if i == 6
  break if i > 8
end
p i
r = while true do break :out end
p r
p (while false do end)
begin
  i += 1
end while i < 0
p i
begin i += 1; break if i > 15 end until false
p i
n = 3
until n.zero?
  n -= 1
end
p n
a = [1, 2, 3]
while x = a.shift
  p x
end

#> 10
#> 4
#> 9
#> :out
#> nil
#> 10
#> 16
#> 0
#> 1
#> 2
#> 3
