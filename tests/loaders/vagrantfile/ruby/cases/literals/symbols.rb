p :a, :a?, :b!, :c=, :[], :[]=, :+, :<=>, :"with space", :'single', %s(x y), :"a#{1 + 1}"

#> :a
#> :a?
#> :b!
#> :c=
#> :[]
#> :[]=
#> :+
#> :<=>
#> :"with space"
#> :single
#> :"x y"
#> :a2
