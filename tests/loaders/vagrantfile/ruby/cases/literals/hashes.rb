name = "db"
size = 3
more = { z: 1 }
p({ a: 1, "b" => 2, 3 => [4], nil => nil, 1.5 => true })
p({ "c d": 1, "e#{1}": 2 })
p({ name:, size: })
p({ **more, y: 2, **{ z: 3 } })
p({ a: 1, a: 2 })
h = { if: 1, class: 2, end: 3 }
p h[:if], h[:class], h[:end]

#> {:a=>1, "b"=>2, 3=>[4], nil=>nil, 1.5=>true}
#> {:"c d"=>1, :e1=>2}
#> {:name=>"db", :size=>3}
#> {:z=>3, :y=>2}
#> {:a=>2}
#> 1
#> 2
#> 3
