class U
  attr_accessor :name, :friend
  def initialize(n, f = nil) = (@name, @friend = n, f)
  def [](k) = k
  def call_me(x = 1) = yield(x)
end
u = U.new("a", U.new("b"))
p u&.friend&.name, u&.friend&.friend&.name, u.friend.friend&.name.nil?, u&.name&.upcase&.length
n = nil
p n&.foo(puts("never")), n&.[](1), (n&.x = 5), n&.call_me { 1 }
u&.name = "z"
u.friend&.name += "!"
u.friend.friend&.name ||= 1
p u.name, u.friend.name, u&.call_me(4) { |x| x * 2 }, u&.[](3)
p nil.to_a, nil.to_s, nil.to_i, nil & 1, nil | 1, nil.inspect, NilClass, nil.class
p [nil, 1].map { |x| x&.succ }, { a: nil }[:a]&.size, [[nil]].dig(0, 0)&.x

#> "b"
#> nil
#> true
#> 1
#> nil
#> nil
#> nil
#> nil
#> "z"
#> "b!"
#> 8
#> 3
#> []
#> ""
#> 0
#> false
#> true
#> "nil"
#> NilClass
#> NilClass
#> [nil, 2]
#> nil
#> nil
