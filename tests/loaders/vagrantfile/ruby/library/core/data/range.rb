(1..5).to_a  #=> [1, 2, 3, 4, 5]
(1...5).to_a  #=> [1, 2, 3, 4]
(5..1).to_a  #=> []
(:a..:d).to_a  #=> [:a, :b, :c, :d]
(1..).first(3)  #=> [1, 2, 3]
(1..).to_a  #=> RangeError: cannot convert endless range to an array
(1..nil).size  #=> Infinity
(1..5).size  #=> 5
(1...5).size  #=> 4
(1..5.5).size  #=> 5
(1..5).count  #=> 5
(1..5).count(&:even?)  #=> 2
(1..5).sum  #=> 15
(1...5).sum  #=> 10
(1..5).sum { |x| x * 2 }  #=> 30
(1..5).reduce(:*)  #=> 120
(1..5).include?(3)  #=> true
(1..5).include?(5)  #=> true
(1...5).include?(5)  #=> false
(1..5).include?(2.5)  #=> true
(1..5).member?(6)  #=> false
(1..5) === 3  #=> true
(1..5).cover?(2..3)  #=> true
(1..5).cover?(2..6)  #=> false
(1..) === 5  #=> true
(..5) === 3  #=> true
(nil..nil) === 1  #=> true
(1..10).step(3).to_a  #=> [1, 4, 7, 10]
(1..10) % 3  #=> ((1..10).%(3))
((1..10) % 3).to_a  #=> [1, 4, 7, 10]
(1.0..2.0).step(0.5).to_a  #=> [1.0, 1.5, 2.0]
(1..2).step(0.5).to_a  #=> [1.0, 1.5, 2.0]
(1..10).step(0)  #=> ArgumentError: step can't be 0
(1..10).step(-1) { }  #=> ArgumentError: step can't be negative
(r = []; (1..10).step(4) { |x| r << x }; r)  #=> [1, 5, 9]
(1..3).each { |x| x }  #=> 1..3
(1..3).map { |x| x * 2 }  #=> [2, 4, 6]
(1..3).each_with_index.to_a  #=> [[1, 0], [2, 1], [3, 2]]
(1..6).each_slice(2).to_a  #=> [[1, 2], [3, 4], [5, 6]]
(1..4).each_cons(2).to_a  #=> [[1, 2], [2, 3], [3, 4]]
(1..3).reverse_each.to_a  #=> [3, 2, 1]
(1..3).inject(:+)  #=> 6
(1..3).to_a.reverse  #=> [3, 2, 1]
(1..10).select(&:even?)  #=> [2, 4, 6, 8, 10]
(1..10).find { |x| x > 3 }  #=> 4
(1..10).partition { |x| x > 3 }  #=> [[4, 5, 6, 7, 8, 9, 10], [1, 2, 3]]
(1..3).zip(4..6)  #=> [[1, 4], [2, 5], [3, 6]]
(1..3).each_with_object([]) { |x, m| m << x }  #=> [1, 2, 3]
(1..3).first  #=> 1
(1..3).first(2)  #=> [1, 2]
(1..3).last  #=> 3
(1..3).last(2)  #=> [2, 3]
(1...3).last  #=> 3
(1..3).min  #=> 1
(1..3).max  #=> 3
(1...3).max  #=> 2
(3..1).max  #=> nil
(1.0...2.0).max  #=> TypeError: cannot exclude non Integer end value
(1..3).minmax  #=> [1, 3]
(1..).last  #=> RangeError: cannot get the last element of endless range
(1..).max  #=> RangeError: cannot get the maximum of endless range
(..1).first  #=> RangeError: cannot get the first element of beginless range
(..1).min  #=> RangeError: cannot get the minimum of beginless range
(..1).to_a  #=> TypeError: can't iterate from NilClass
(1..3).begin  #=> 1
(1..3).end  #=> 3
(1...3).exclude_end?  #=> true
(1..3) == (1..3)  #=> true
(1..3) == (1...3)  #=> false
(1..3).eql?(1..3)  #=> true
(1..3).hash == (1..3).hash  #=> true
(1..3).to_s  #=> "1..3"
Range.new(1, 3)  #=> 1..3
Range.new(1, 3, true)  #=> 1...3
Range.new(1, "a")  #=> ArgumentError: bad value for range
(1.."a")  #=> ArgumentError: bad value for range
(1.5..3).to_a  #=> TypeError: can't iterate from Float
(1.5..3).include?(2)  #=> true
(1..3.5).to_a  #=> [1, 2, 3]
(1..3).frozen?  #=> true
(1..10).each_slice(3).map(&:sum)  #=> [6, 15, 24, 10]
(1..3).flat_map { |x| [x] * x }  #=> [1, 2, 2, 3, 3, 3]
(1..3).each_entry.to_a  #=> [1, 2, 3]
(1..4).tally  #=> {1=>1, 2=>1, 3=>1, 4=>1}
(1..3).cycle.first(5)  #=> [1, 2, 3, 1, 2]
(1..20).bsearch { |x| x >= 7 }  #=> 7
(1..3).group_by(&:odd?)  #=> {true=>[1, 3], false=>[2]}
(1..6).min_by { |x| (x - 4).abs }  #=> 4
(0...3).map { |i| "node#{i}" }  #=> ["node0", "node1", "node2"]
(1..3).collect { |i| "192.168.33.#{10 + i}" }  #=> ["192.168.33.11", "192.168.33.12", "192.168.33.13"]
(1..2).each_with_index.map { |x, i| [x, i] }  #=> [[1, 0], [2, 1]]
(1..3).foo  #=> NoMethodError: undefined method `foo' for 1..3:Range
(1..3).step(2).map { |x| x }  #=> [1, 3]
(1..3).none?  #=> false
(1..0).none?  #=> true
(1..3).entries  #=> [1, 2, 3]
(1..3).take_while { |x| x < 3 }  #=> [1, 2]
(1..3).chunk_while { |a, b| b == a + 1 }.to_a  #=> [[1, 2, 3]]
[*1..3, *"a".."b"]  #=> [1, 2, 3, "a", "b"]
(case 5 when 1..3 then :low when 4.. then :high end)  #=> :high
(case "m" when "a".."l" then 1 when "m".."z" then 2 end)  #=> 2
(1..10).each_with_index.select { |x, i| i > 7 }  #=> [[9, 8], [10, 9]]
(1..3).each  #=> #<Enumerator: 1..3:each>
1.step(10, 4).to_a  #=> [1, 5, 9]
1.step(by: 2).first(3)  #=> [1, 3, 5]
(1..nil).first(2)  #=> [1, 2]
(1..).each_slice(2).first(2)  #=> [[1, 2], [3, 4]]
(1..2).to_h  #=> TypeError: wrong element type Integer (expected array)
