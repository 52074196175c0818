def r
  [1, 2, 3].each { |x| return x if x == 2 }
  :none
end
p r
def l
  f = -> { return 1 }
  f.call + 1
end
p l
def n = [1, 2, 3].map { |x| next 0 if x == 2; x }
p n
p([1, 2, 3].each { |x| break x * 10 if x == 2 })
p (1..Float::INFINITY).each { |i| break i if i > 5 }
def nested
  [1, 2].each { |a| [3, 4].each { |b| return [a, b] if b == 4 } }
end
p nested
p [1, 2, 3].each_with_index.map { |x, i| next if i == 0; x }
def pr
  p1 = proc { next 5; 6 }
  p1.call
end
p pr
def from_proc
  pr = Proc.new { return :from }
  pr.call
  :after
end
p from_proc
p loop { break }
p [1, 2].each { |x| break }
l2 = lambda { |x| break x * 2 if x > 1; 0 }
p l2.call(1), l2.call(5)

#> 2
#> 2
#> [1, 0, 3]
#> 20
#> 6
#> [1, 4]
#> [nil, 2, 3]
#> 5
#> :from
#> nil
#> nil
#> 0
#> 10
