p <<~X
  a

    b
 	c
X
p <<~X
	tab
	  more
X
p <<~X
  #{1}
    x
  #{2} y
X
p <<~X
    \tescaped
  x
X
p <<~X

  first blank

X
p <<~"X"
  one \
  two
X
p <<~X
X

#> "a\n\n  b\n\tc\n"
#> "tab\n  more\n"
#> "1\n  x\n2 y\n"
#> "  \tescaped\nx\n"
#> "\nfirst blank\n\n"
#> "one two\n"
#> ""
