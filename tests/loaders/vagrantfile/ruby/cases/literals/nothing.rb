p nil, true, false, self.to_s
p(nil.to_a, nil.to_s)

#> nil
#> true
#> false
#> "main"
#> []
#> ""
