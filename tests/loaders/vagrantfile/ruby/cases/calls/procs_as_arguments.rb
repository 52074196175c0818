def configure(name, &block) = [name, block.arity, block.call(name)]
p configure("x") { |n| n + "!" }, configure("y", &:upcase), configure("z", &->(s) { s * 2 })
HANDLERS = {
  "up" => ->(n) { "upping #{n}" },
  "down" => proc { |n, extra| "downing #{n} #{extra.inspect}" },
  "info" => method(:format),
}
p HANDLERS["up"].call("a"), HANDLERS["down"].("b"), HANDLERS["info"]["%d!", 5]
def wrap(before: nil, after: nil)
  before&.call
  r = yield
  after.call(r) if after
  r
end
p wrap(before: -> { puts "b" }, after: ->(r) { puts "a#{r}" }) { 5 }
def collect(*items, &transform)
  transform ||= ->(x) { x }
  items.map(&transform)
end
p collect(1, 2), collect(1, 2) { |x| x * 3 }
compose = ->(*fs) { ->(x) { fs.reduce(x) { |acc, f| f.(acc) } } }
p compose.(->(x) { x + 1 }, ->(x) { x * 2 }).(3)
def yielder
  return :no_block unless block_given?
  yield(*[1, 2], key: 3)
end
p yielder, yielder { |a, b, key:| [a, b, key] }
p [[1, :a], [2, :b]].each_with_index.map { |(n, s), i| "#{n}#{s}#{i}" }, [1, 2, 3].each_cons(2).map { |a, b| b - a }
p %w[apple pie].sum("") { |w| w[0] }, %w[b a].sort_by { |w| w }.each_with_index.to_h { |w, i| [w.to_sym, i] }

#> ["x", 1, "x!"]
#> ["y", -2, "Y"]
#> ["z", 1, "zz"]
#> "upping a"
#> "downing b nil"
#> "5!"
#> b
#> a5
#> 5
#> [1, 2]
#> [3, 6]
#> 8
#> :no_block
#> [1, 2, 3]
#> ["1a0", "2b1"]
#> [1, 1]
#> "ap"
#> {:a=>0, :b=>1}
