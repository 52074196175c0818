def t(x)
  if x > 5 then :big
  elsif x > 2
    :mid
  else
    :small
  end
end
p t(6), t(3), t(1)
p (if false then 1 end)
unless 1 > 2
  puts "unless"
else
  puts "else"
end
puts "post" if true
puts "no" unless true
x = if true
  "value"
end
p x
y = 5 if false
p y
puts "a" if x && !y || nil
p (x ? "yes" : "no"), (x.nil? ? 1 : 2)
puts [1, 2].empty? ? "empty" : "full"
if (z = 5) > 3
  p z
end
if not x
  p 1
else
  p 2
end

#> :big
#> :mid
#> :small
#> nil
#> unless
#> post
#> "value"
#> nil
#> a
#> "yes"
#> 2
#> full
#> 5
#> 2
