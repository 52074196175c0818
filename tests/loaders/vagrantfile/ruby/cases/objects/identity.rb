a = "x"
b = a
c = a.dup
p a.equal?(b), a.equal?(c), a == c, a.eql?(c), 1.equal?(1), :a.equal?(:a), nil.equal?(nil), a.hash == c.hash
p 1.object_id, nil.object_id, true.object_id, :a.object_id == :a.object_id
o = Object.new
p o == o, o == Object.new, o.eql?(o), o != o, o.itself.equal?(o)
p o.nil?, nil.nil?, o.instance_variables, 5.itself
p [1, "a"].hash == [1, "a"].hash, 1.eql?(1.0), 1 == 1.0

#> true
#> false
#> true
#> true
#> true
#> true
#> true
#> true
#> 3
#> 8
#> 20
#> true
#> true
#> false
#> true
#> false
#> true
#> false
#> true
#> []
#> 5
#> true
#> false
#> true
