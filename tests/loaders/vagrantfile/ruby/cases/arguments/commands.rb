def show(*a, **k) = p(a, k)
show 1, 2, x: 3
show [1, 2]
show({ a: 1 })
show :a => 1, "b" => 2
show -1
show !true
show(*[1, 2], x: 1)
show [1, 2].each do |x|
  x * 2
end
x = 5
p x -1
p x *2
p x [0]

#> [1, 2]
#> {:x=>3}
#> [[1, 2]]
#> {}
#> [{:a=>1}]
#> {}
#> []
#> {:a=>1, "b"=>2}
#> [-1]
#> {}
#> [false]
#> {}
#> [1, 2]
#> {:x=>1}
#> [#<Enumerator: [1, 2]:each>]
#> {}
#> 4
#> 10
#> 1
