class Hash
  def deep_merge(other)
    merge(other) { |_, a, b| a.is_a?(Hash) && b.is_a?(Hash) ? a.deep_merge(b) : b }
  end
end
p({ a: { b: 1, c: 2 } }.deep_merge({ a: { c: 3 }, d: 4 }))
class String
  def shout = upcase + "!"
  def black = "\e[30m#{self}\e[0m"
end
p "a".shout, "x".black
class Integer
  def minutes = self * 60
end
p 5.minutes
class Array
  def second = self[1]
end
p [1, 2].second
class NilClass
  def empty? = true
end
p nil.empty?
class Object
  def try(m) = respond_to?(m) ? send(m) : nil
end
p 5.try(:succ), 5.try(:nope)
module Enumerable
  def my_count = inject(0) { |n, _| n + 1 }
end
p [1, 2].my_count, (1..3).my_count
module Kernel
  def shout(x) = x.upcase
end
p shout("k")

#> {:a=>{:b=>1, :c=>3}, :d=>4}
#> "A!"
#> "\e[30mx\e[0m"
#> 300
#> 2
#> true
#> 6
#> nil
#> 2
#> 3
#> "K"
