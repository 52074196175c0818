p((1; 2; 3))
p begin
  1
  2
end
x = (puts "side"; 5)
p x
p ()
p((1
2))
def e; end
p e

#> 3
#> 2
#> side
#> 5
#> nil
#> 2
#> nil
