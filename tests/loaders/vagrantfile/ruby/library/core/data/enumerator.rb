[1, 2].each.next  #=> 1
(e = [1, 2].each; [e.next, e.next])  #=> [1, 2]
(e = [1].each; e.next; e.next)  #=> StopIteration: iteration reached an end
(e = [1, 2].each; [e.peek, e.next, e.peek])  #=> [1, 1, 2]
(e = [1, 2].each; e.next; e.rewind; e.next)  #=> 1
(e = [1, 2].each; r = []; loop { r << e.next }; r)  #=> [1, 2]
[1, 2].each.with_index(1).map { |x, i| x * i }  #=> [1, 4]
[1, 2].each.with_object([]).to_a  #=> [[1, []], [2, []]]
[1, 2].each_with_index.with_object([]).map { |(x, i), m| i }  #=> [0, 1]
%w[a b].each_with_index.map { |x, i| x * i }  #=> ["", "b"]
%w[a b].each.with_index.to_a  #=> [["a", 0], ["b", 1]]
%w[a b].map.with_index(1).to_a  #=> [["a", 1], ["b", 2]]
[3, 1].sort_by.with_index { |x, i| -i }  #=> [1, 3]
[1, 2, 3].select.with_index { |x, i| i.even? }  #=> [1, 3]
[1, 2, 3].reject.with_index { |x, i| i.even? }  #=> [2]
[5, 6].each_with_index.to_h { |x, i| [i, x] }  #=> {0=>5, 1=>6}
[1, 2].each_entry.map { |x| x + 1 }  #=> [2, 3]
Enumerator.new { |y| y << 1 << 2; y.yield 3 }.to_a  #=> [1, 2, 3]
Enumerator.new { |y| n = 0; loop { y << (n += 1) } }.first(3)  #=> [1, 2, 3]
Enumerator.new { |y| n = 0; loop { y << (n += 1) } }.take(2)  #=> [1, 2]
Enumerator.new { |y| n = 0; loop { y << (n += 1) } }.take_while { |x| x < 4 }  #=> [1, 2, 3]
Enumerator.new { |y| n = 0; loop { y << (n += 1) } }.find { |x| x > 4 }  #=> 5
Enumerator.new { |y| n = 0; loop { y << (n += 1) } }.each_slice(2).first(2)  #=> [[1, 2], [3, 4]]
Enumerator.new { |y| n = 0; loop { y << (n += 1) } }.include?(9)  #=> true
[1, 2].each.size  #=> 2
5.times.size  #=> 5
loop.size  #=> Infinity
[1, 2].each_slice(2).size  #=> 1
"abc".each_char.to_a  #=> ["a", "b", "c"]
"abc".each_char.with_index.to_a  #=> [["a", 0], ["b", 1], ["c", 2]]
[1, 2].each  #=> #<Enumerator: [1, 2]:each>
[1, 2].each_with_index  #=> #<Enumerator: [1, 2]:each_with_index>
[1, 2].each.with_index(1)  #=> #<Enumerator: #<Enumerator: [1, 2]:each>:with_index(1)>
5.times  #=> #<Enumerator: 5:times>
1.upto(3)  #=> #<Enumerator: 1:upto(3)>
(1..3).each_slice(2)  #=> #<Enumerator: 1..3:each_slice(2)>
1.step(10, 3)  #=> (1.step(10, 3))
(1..10).step(3)  #=> ((1..10).step(3))
[1, 2].to_enum.next  #=> 1
[1, 2].enum_for(:each_slice, 2).to_a  #=> [[1, 2]]
[4, 5].each_with_index.max_by { |x, i| x }  #=> [5, 1]
[4, 5].each_with_index.sort_by { |x, i| -i }  #=> [[5, 1], [4, 0]]
%w[a b c].each_with_index.select { |x, i| i > 0 }.map(&:first)  #=> ["b", "c"]
%w[a b c].each_with_index.reject { |x, i| i > 0 }  #=> [["a", 0]]
%w[a b c].each_slice(2).with_index.map { |x, i| [i, x] }  #=> [[0, ["a", "b"]], [1, ["c"]]]
%w[a b c].each_cons(2).map(&:join)  #=> ["ab", "bc"]
%w[a b c].each_slice(2).map(&:first)  #=> ["a", "c"]
[1, 2, 3].each_with_index.inject(0) { |s, (x, i)| s + x * i }  #=> 8
[1, [2, 3]].each_entry.to_a  #=> [1, [2, 3]]
[[1, 2], [3, 4]].each.map { |a, b| b }  #=> [2, 4]
[[1, 2], [3, 4]].each_with_index.map { |(a, b), i| [a, b, i] }  #=> [[1, 2, 0], [3, 4, 1]]
(class C2; include Enumerable; def each; yield 1, 2; yield 3; end; end; c = C2.new; [c.to_a, c.map { |a, b| [a, b] }, c.each_with_index.to_a, c.first])  #=> [[[1, 2], 3], [[1, 2], [3, nil]], [[[1, 2], 0], [3, 1]], [1, 2]]
(class C3; include Comparable; attr_reader :v; def initialize(v); @v = v; end; def <=>(o); v <=> o.v; end; end; a, b, c = C3.new(1), C3.new(2), C3.new(3); [a < b, a <= a, b > a, a == C3.new(1), b.between?(a, c), b.clamp(a, a).v, [c, a, b].sort.map(&:v), [a, b].max.v, a != b])  #=> [true, true, true, true, true, 1, [1, 2, 3], 2, true]
(class C4; include Comparable; def <=>(o); nil; end; end; C4.new < C4.new)  #=> ArgumentError: comparison of C4 with C4 failed
(class C5; def each; yield 1; end; end; C5.new.to_enum.to_a)  #=> [1]
(class C6; def each; return enum_for(:each) unless block_given?; yield 1; yield 2; end; end; C6.new.each.map { |x| x * 2 })  #=> [2, 4]
(def numbers; return to_enum(:numbers) unless block_given?; yield 1; yield 2; end; numbers.map { |x| x * 3 })  #=> [3, 6]
(class C7; attr_reader :n; def initialize(n); @n = n; end; def succ; C7.new(n + 1); end; def <=>(o); n <=> o.n; end; end; (C7.new(1)..C7.new(3)).map(&:n))  #=> [1, 2, 3]
