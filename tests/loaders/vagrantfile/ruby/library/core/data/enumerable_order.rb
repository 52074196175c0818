[3, 1, 2].sort  #=> [1, 2, 3]
[3, 1, 2].sort { |a, b| b <=> a }  #=> [3, 2, 1]
["b", "A", "a"].sort  #=> ["A", "a", "b"]
[3, "a"].sort  #=> ArgumentError: comparison of Integer with String failed
[nil, 1].sort  #=> ArgumentError: comparison of NilClass with 1 failed
[1, 2.5, 0].sort  #=> [0, 1, 2.5]
[[2, "a"], [1, "b"]].sort  #=> [[1, "b"], [2, "a"]]
%w[bb a ccc].sort_by(&:size)  #=> ["a", "bb", "ccc"]
%w[bb a ccc].sort_by { |s| -s.size }  #=> ["ccc", "bb", "a"]
[3, 1, 2].max  #=> 3
[3, 1, 2].min  #=> 1
[].max  #=> nil
[3, 1, 2].max(2)  #=> [3, 2]
[3, 1, 2].min(2)  #=> [1, 2]
[3, 1, 2].minmax  #=> [1, 3]
%w[a bbb cc].max_by(&:size)  #=> "bbb"
%w[a bbb cc].min_by(&:size)  #=> "a"
%w[a bbb cc].minmax_by(&:size)  #=> ["a", "bbb"]
%w[a bbb cc].max_by(2, &:size)  #=> ["bbb", "cc"]
%w[a bbb cc].max { |a, b| a.size <=> b.size }  #=> "bbb"
[1, 2, 3].cycle.first(7)  #=> [1, 2, 3, 1, 2, 3, 1]
(r = []; [1, 2].cycle(2) { |x| r << x }; r)  #=> [1, 2, 1, 2]
[1, 2, 3].each_slice(2).to_a  #=> [[1, 2], [3]]
[1, 2, 3].each_cons(2).to_a  #=> [[1, 2], [2, 3]]
[1, 2, 3].each_slice(0)  #=> ArgumentError: invalid slice size
[1, 2].each_with_index.to_a  #=> [[1, 0], [2, 1]]
[1, 2].each_with_object([]) { |x, m| m << x * 2 }  #=> [2, 4]
[1, 2, 4, 5, 7].slice_when { |a, b| b != a + 1 }.to_a  #=> [[1, 2], [4, 5], [7]]
[1, 2, 4, 5].chunk_while { |a, b| b == a + 1 }.to_a  #=> [[1, 2], [4, 5]]
[1, 1, 2, 3, 3].chunk { |x| x.odd? }.to_a  #=> [[true, [1, 1]], [false, [2]], [true, [3, 3]]]
[1, 2, 3].each_entry.to_a  #=> [1, 2, 3]
[1, 2].each_slice(2)  #=> #<Enumerator: [1, 2]:each_slice(2)>
[1, 2].min_by  #=> #<Enumerator: [1, 2]:min_by>
