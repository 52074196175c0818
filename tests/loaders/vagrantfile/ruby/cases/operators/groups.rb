if /(?<user>\w+)@(?<host>\w+)/ =~ "me@here"
  p user, host
end
p "x1y2".match?(/\d/), "abc" !~ /z/, "abc" =~ /c/
p $~ && $~[0]
"k=v" =~ /(\w)=(\w)/
p $1, $2

#> "me"
#> "here"
#> true
#> true
#> 2
#> "c"
#> "k"
#> "v"
