p %q(a (nested) 'b' #{x}), %Q(a #{1 + 1} "b"), %(x "y" #{2}), %q[a\]b], %<a<b>c>, %|a b|

#> "a (nested) 'b' \#{x}"
#> "a 2 \"b\""
#> "x \"y\" 2"
#> "a]b"
#> "a<b>c"
#> "a b"
