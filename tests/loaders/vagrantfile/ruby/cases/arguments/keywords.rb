def k(a, b: 2, c: b + 1, **rest) = [a, b, c, rest]
p k(1), k(1, b: 5), k(1, c: 9, d: 4), k({ x: 1 })
def o(opts = {}) = opts
p o(a: 1), o({ a: 1 }), o
def req(name:, size: 1) = [name, size]
p req(name: "x")
begin
  req(size: 2)
rescue ArgumentError => e
  p e.message
end
begin
  req(name: 1, other: 2, more: 3)
rescue ArgumentError => e
  p e.message
end
begin
  req({ name: 1 })
rescue ArgumentError => e
  p e.message
end

#> [1, 2, 3, {}]
#> [1, 5, 6, {}]
#> [1, 2, 9, {:d=>4}]
#> [{:x=>1}, 2, 3, {}]
#> {:a=>1}
#> {:a=>1}
#> {}
#> ["x", 1]
#> "missing keyword: :name"
#> "unknown keywords: :other, :more"
#> "wrong number of arguments (given 1, expected 0; required keyword: name)"
