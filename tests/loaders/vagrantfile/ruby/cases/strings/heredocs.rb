a = 1
puts <<A, <<-B, <<~C
plain #{a}
  kept
A
  dash #{a}
  B
    squiggly
      more
    end #{a}
C
puts(<<~'RAW'.upcase)
  no #{a} \t here
RAW
x = [<<~ONE, <<~TWO].map(&:strip)
  first
ONE
  second
TWO
p x

#> plain 1
#>   kept
#>   dash 1
#> squiggly
#>   more
#> end 1
#> NO #{A} \T HERE
#> ["first", "second"]
