found = nil
[1, 2, 3].each do |a|
  i = 0
  while i < 3
    i += 1
    next if i == 1
    found = [a, i] if a == 2
    break if found
  end
  break if found
end
p found
i = 0
loop do
  i += 1
  j = 0
  loop do
    j += 1
    break if j == 2
  end
  break if i == 2
end
p i
e = [1, 2, 3].each
p e.next, e.next, e.next
begin
  e.next
rescue StopIteration => x
  p x.class
end

#> [2, 2]
#> 2
#> 1
#> 2
#> 3
#> StopIteration
