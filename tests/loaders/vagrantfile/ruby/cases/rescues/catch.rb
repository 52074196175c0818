r = catch(:done) do
  [1, 2, 3].each { |i| throw :done, i * 10 if i == 2 }
  :never
end
p r
p catch(:x) { 5 }
p catch { |tag| throw tag, 7 }
begin
  throw :nope
rescue UncaughtThrowError => e
  p e.message
end
p catch(:a) { catch(:b) { throw :a, 1 }; 2 }

#> 20
#> 5
#> 7
#> "uncaught throw :nope"
#> 1
