tries = 0
begin
  tries += 1
  raise "again" if tries < 3
  p tries
rescue
  retry
end
x = Integer("zz") rescue -1
p x
y = (raise "z" rescue "saved")
p y
def m
  raise "in m"
rescue
  "m rescued"
end
p m
[1].each do |i|
  raise "block"
rescue => e
  p e.message
ensure
  p :ensured
end
z ||= (nil.foo rescue 3)
p z

#> 3
#> -1
#> "saved"
#> "m rescued"
#> "block"
#> :ensured
#> 3
