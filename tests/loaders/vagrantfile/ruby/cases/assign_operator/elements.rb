h = { a: 1 }
h[:a] += 1
h[:b] ||= []
h[:b] << 1
h[:c] ||= {}
h[:c][:d] ||= 5
h[:a] &&= nil
p h
a = [1, 2]
a[0] += 10
a[5] ||= 6
p a
calls = 0
k = -> { calls += 1; :k }
h[k.call] ||= 1
p calls, h[:k]
d = Hash.new(0)
"hello".each_char { |c| d[c] += 1 }
p d

#> {:a=>nil, :b=>[1], :c=>{:d=>5}}
#> [11, 2, nil, nil, nil, 6]
#> 1
#> 1
#> {"h"=>1, "e"=>1, "l"=>2, "o"=>1}
