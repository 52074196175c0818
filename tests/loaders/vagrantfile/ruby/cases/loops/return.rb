def m
  while true
    [1].each { return 5 }
  end
end
p m
def many = (return 1, 2)
p many
def none
  return
  1
end
p none
def cond(x)
  return :neg if x < 0
  return :zero, 0 if x == 0
  :pos
end
p cond(-1), cond(0), cond(1)
def ens
  return 1
ensure
  puts "ensured"
end
p ens
def arr = [1, 2].each { |x| return *[x, 9] }
p arr

#> 5
#> [1, 2]
#> nil
#> :neg
#> [:zero, 0]
#> :pos
#> ensured
#> 1
#> [1, 9]
