def get_binding
  secret = 42
  binding
end
b = get_binding
p b.local_variable_get(:secret), b.local_variables, b.local_variable_defined?(:nope)
b.local_variable_set(:secret, 1)
p b.local_variable_get(:secret)
x = 5
p binding.local_variable_get(:x), binding.receiver.to_s

#> 42
#> [:secret]
#> false
#> 1
#> 5
#> "main"
