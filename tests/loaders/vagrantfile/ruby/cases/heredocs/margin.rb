puts <<~EOS
    deep
  shallow
      deepest

  end
EOS
def x
  <<~EOS
    in a method
      #{self.class} more
  EOS
end
puts x

#>   deep
#> shallow
#>     deepest
#>
#> end
#> in a method
#>   Object more
