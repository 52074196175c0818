$a = 1
def g = $a += 1
g
p $a, $nothing
p $PROGRAM_NAME.class
"hello" =~ /l(l)(o)/
p $~[0], $1, $2, $3, $&, $`, $'

#> 2
#> nil
#> String
#> "llo"
#> "l"
#> "o"
#> nil
#> "llo"
#> "he"
#> ""
