ips = []
(1..2).each { |i| ips<<"10.0.0.#{i}" }
ips<<'x'
text = "#{ips.size<<1}: a<<b" # ips<<"y"
p ips, text
n = 1
x = n<<8
p x, n<<x.to_s.size
@list = []
@list<<"a"<<"b"
LIST = []
LIST<<:c
LIST<<n
p @list, LIST
def added(list, one)
  list <<one
  list<<-1
  list
end
p added([], 5)
[3].each do |y|
  z = y<<1
  p(y <<1)
  p z
end
puts <<A + "q"<<"r"
  ips<<"in a text"
A
t = "s"<<"t"
def same
  arr = []
  x = 1
  arr<<x
x
end
p t, same
w = 2
v = w <<3
p v
puts [<<~B, "e"].join
  end
B

#> ["10.0.0.1", "10.0.0.2", "x"]
#> "6: a<<b"
#> 256
#> 8
#> ["a", "b"]
#> [:c, 1]
#> [5, -1]
#> 6
#> 6
#>   ips<<"in a text"
#> qr
#> "st"
#> 1
#> 16
#> end
#> e
