h = { b: 2, a: 1, c: 3 }
p h.sort.to_h, h.min_by { |_, v| v }, h.sum { |_, v| v }, h.to_a, h.keys, h.values, h.length, h.invert, h.key(2), h.any? { |k, v| v > 2 }, h.all? { |k, v| v > 0 }, h.count { |k, v| v.odd? }
p h.reject { |k, v| v == 1 }, h.filter_map { |k, v| k if v > 1 }, h.transform_values { |v| v * 10 }, h.transform_keys(&:to_s), h.group_by { |k, v| v.odd? }, h.partition { |k, v| v > 1 }, h.each_with_index.map { |(k, v), i| [k, v, i] }, h.reduce(0) { |s, (k, v)| s + v }
p h.slice(:a, :b), h.except(:a), h.merge({ d: 4 }), h.compact, h.find { |k, v| v == 3 }, h.sort_by { |k, v| -v }.first, h.max_by { |k, v| v }, h.dig(:a), h.values_at(:a, :z), h.fetch_values(:a), h.zip([1]).first
h.delete(:a)
h.store(:e, 5)
h[:f] = 6
h.each_pair { |k, v| print k, v }
puts
h.delete_if { |k, v| v > 5 }
h.keep_if { |k, v| v > 2 }
p h, h.empty?, h.first, h.to_a.transpose, h.default, Hash.new(5)[:x], Hash.new { |hh, k| k * 2 }[4], Hash[[[1, 2]]], h.update(z: 1), h.key?(:z), h.value?(1), h.clear

#> {:a=>1, :b=>2, :c=>3}
#> [:a, 1]
#> 6
#> [[:b, 2], [:a, 1], [:c, 3]]
#> [:b, :a, :c]
#> [2, 1, 3]
#> 3
#> {2=>:b, 1=>:a, 3=>:c}
#> :b
#> true
#> true
#> 2
#> {:b=>2, :c=>3}
#> [:b, :c]
#> {:b=>20, :a=>10, :c=>30}
#> {"b"=>2, "a"=>1, "c"=>3}
#> {false=>[[:b, 2]], true=>[[:a, 1], [:c, 3]]}
#> [[[:b, 2], [:c, 3]], [[:a, 1]]]
#> [[:b, 2, 0], [:a, 1, 1], [:c, 3, 2]]
#> 6
#> {:a=>1, :b=>2}
#> {:b=>2, :c=>3}
#> {:b=>2, :a=>1, :c=>3, :d=>4}
#> {:b=>2, :a=>1, :c=>3}
#> [:c, 3]
#> [:c, 3]
#> [:c, 3]
#> 1
#> [1, nil]
#> [1]
#> [[:b, 2], 1]
#> b2c3e5f6
#> {}
#> false
#> [:c, 3]
#> [[:c, :e], [3, 5]]
#> nil
#> 5
#> 8
#> {1=>2}
#> {}
#> true
#> true
#> {}
