x = 1
@i = 1
$g = 1
K = 1
p defined?(x), defined?(@i), defined?($g), defined?(K), defined?(puts), defined?(String.new), defined?(nil)
p defined?(@no), defined?($no), defined?(No), defined?(no), defined?(String.no), defined?(No::More)
p defined?(x = 5), defined?(1 + 1), defined?(self), defined?(true), defined?(yield), defined?([1])
def d = defined?(yield)
p d, d {}
p defined?(Vagrant), (defined?(Vagrant) ? 1 : 2)

#> "local-variable"
#> "instance-variable"
#> "global-variable"
#> "constant"
#> "method"
#> "method"
#> "nil"
#> nil
#> nil
#> nil
#> nil
#> nil
#> nil
#> "assignment"
#> "method"
#> "self"
#> "true"
#> nil
#> "expression"
#> nil
#> "yield"
#> nil
#> 2
