p __LINE__
p File.basename(__FILE__)
p File.basename(__dir__)
p __method__
def m = __method__
p m

#> 1
#> "place.rb"
#> "literals"
#> nil
#> :m
