[1, 2].find_index(2)  #=> 1
[[1, 2], [3, 4]].to_h  #=> {1=>2, 3=>4}
[1, 2].to_h { |x| [x, x * 2] }  #=> {1=>2, 2=>4}
[1, 2].to_h  #=> TypeError: wrong element type Integer at 0 (expected array)
[[1]].to_h  #=> ArgumentError: wrong array length at 0 (expected 2, was 1)
[1, 2].to_h { |x| x }  #=> TypeError: wrong element type Integer at 0 (expected array)
[1, 2, 3].take(2)  #=> [1, 2]
[1, 2, 3].take(-1)  #=> ArgumentError: attempt to take negative size
[1, 2, 3].drop(1)  #=> [2, 3]
[1, 2, 3].drop(-1)  #=> ArgumentError: attempt to drop negative size
[1, 2, 3].take_while { |x| x < 3 }  #=> [1, 2]
[1, 2, 3].drop_while { |x| x < 2 }  #=> [2, 3]
[1, 1, 2].uniq  #=> [1, 2]
[1, 2, 3, 4].uniq { |x| x % 2 }  #=> [1, 2]
[1, 1.0, "1"].uniq  #=> [1, 1.0, "1"]
[1, 2].each_with_index.map { |x, i| x * i }  #=> [0, 2]
[1, 2].map.with_index { |x, i| [i, x] }  #=> [[0, 1], [1, 2]]
[1, 2].map.with_index(1) { |x, i| "#{i}:#{x}" }  #=> ["1:1", "2:2"]
[1, 2, 3].inject(:+)  #=> 6
[1, 2, 3].inject { |a, b| a * b }  #=> 6
[1, 2, 3].inject(10) { |a, b| a + b }  #=> 16
[1, 2, 3].inject(10, :+)  #=> 16
[1, 2, 3].reduce("+") rescue 1  #=> 6
[].inject(:+)  #=> nil
[].inject(0) { |a, b| a + b }  #=> 0
[1, 2, 3].partition(&:odd?)  #=> [[1, 3], [2]]
[1, 2, 3].group_by(&:odd?)  #=> {true=>[1, 3], false=>[2]}
%w[a b a].tally  #=> {"a"=>2, "b"=>1}
[1, 2, 3].select(&:odd?)  #=> [1, 3]
[1, 2, 3].filter { |x| x > 1 }  #=> [2, 3]
[1, 2, 3].reject(&:odd?)  #=> [2]
[1, 2, 3].filter_map { |x| x * 2 if x > 1 }  #=> [4, 6]
[1, 2, 3].find { |x| x > 1 }  #=> 2
[1, 2, 3].detect { |x| x > 5 }  #=> nil
[1, 2, 3].find_all(&:even?)  #=> [2]
[[1, 2], [3]].flat_map { |x| x }  #=> [1, 2, 3]
[1, 2].flat_map { |x| [x, x] }  #=> [1, 1, 2, 2]
[1, 2].collect { |x| x + 1 }  #=> [2, 3]
[1, nil].any?  #=> true
[nil, false].any?  #=> false
[].any?  #=> false
[1, 2].any? { |x| x > 1 }  #=> true
[1, 2].all? { |x| x > 1 }  #=> false
[].all?  #=> true
[1, "a"].all?(Integer)  #=> false
[1, 2].none?  #=> false
[nil].none?  #=> true
[1, nil].one?  #=> true
[1, 2].one? { |x| x > 1 }  #=> true
[1, 2, 1].count  #=> 3
[1, 2, 1].count(1)  #=> 2
[1, 2, 1].count(&:odd?)  #=> 2
[[1, 2], [3, 4]].map { |a, b| a + b }  #=> [3, 7]
[[1, [2, 3]]].map { |a, (b, c)| a + b + c }  #=> [6]
[1, 2].map(1) { }  #=> ArgumentError: wrong number of arguments (given 1, expected 0)
[1, 2].map  #=> #<Enumerator: [1, 2]:map>
[1, 2].select.with_index { |x, i| i > 0 }  #=> [2]
%w[a b].each_with_index.to_h  #=> {"a"=>0, "b"=>1}
