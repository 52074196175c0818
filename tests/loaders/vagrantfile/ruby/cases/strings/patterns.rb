x = "b+"
p(/a#{x}c/, /a\/b/i, %r{a/b}mx, /#{Regexp.escape(x)}/)
p "abbc" =~ /a#{x}c/
y = /b/i
p "aBc" =~ /a#{y}c/
p(/#{y}/)

#> /ab+c/
#> /a\/b/i
#> /a\/b/mx
#> /b\+/
#> 0
#> 0
#> /(?i-mx:b)/
