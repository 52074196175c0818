(a = [1]; a << 2 << 3)  #=> [1, 2, 3]
(a = [1]; a.push(2, 3))  #=> [1, 2, 3]
(a = [1]; a.append(2))  #=> [1, 2]
(a = [1]; a.unshift(0))  #=> [0, 1]
(a = [1]; a.prepend(-1, 0))  #=> [-1, 0, 1]
(a = [1]; a.concat([2], [3]))  #=> [1, 2, 3]
(a = [1, 2]; a.insert(1, :x))  #=> [1, :x, 2]
(a = [1, 2]; a.insert(-2, :x))  #=> [1, :x, 2]
(a = [1, 2]; a.insert(5, :x))  #=> [1, 2, nil, nil, nil, :x]
(a = [1, 2]; a.insert(-5, :x))  #=> IndexError: index -5 too small for array; minimum: -3
(a = [1, 2, 3]; [a.pop, a])  #=> [3, [1, 2]]
(a = [1, 2, 3]; [a.pop(2), a])  #=> [[2, 3], [1]]
[].pop  #=> nil
(a = [1, 2, 3]; [a.shift, a])  #=> [1, [2, 3]]
(a = [1, 2, 3]; [a.shift(2), a])  #=> [[1, 2], [3]]
[].shift  #=> nil
(a = [1, 2, 1]; [a.delete(1), a])  #=> [1, [2]]
[1].delete(5)  #=> nil
[1].delete(5) { "none" }  #=> "none"
(a = [1, 2, 3]; [a.delete_at(1), a])  #=> [2, [1, 3]]
[1].delete_at(5)  #=> nil
(a = [1, 2, 3]; [a.slice!(0), a])  #=> [1, [2, 3]]
(a = [1, 2, 3]; [a.slice!(0, 2), a])  #=> [[1, 2], [3]]
(a = [1, 2, 3]; [a.slice!(1..), a])  #=> [[2, 3], [1]]
(a = [1]; a.clear)  #=> []
(a = [1]; a.replace([2, 3]))  #=> [2, 3]
(a = [1]; a[3] = 4; a)  #=> [1, nil, nil, 4]
(a = [1, 2, 3]; a[0, 2] = [9]; a)  #=> [9, 3]
(a = [1, 2, 3]; a[0..1] = [7, 8, 9]; a)  #=> [7, 8, 9, 3]
(a = [1, 2, 3]; a[1..] = []; a)  #=> [1]
(a = [1, 2, 3]; a[-1] = 9; a)  #=> [1, 2, 9]
(a = [1]; a[-5] = 9)  #=> IndexError: index -5 too small for array; minimum: -1
(a = [1, 2, 3]; a[1..1] = 5; a)  #=> [1, 5, 3]
(a = [1]; a[4..5] = 1; a)  #=> [1, nil, nil, nil, 1]
(a = [1]; a[0, -1] = 1)  #=> IndexError: negative length (-1)
[1, 2, 3].fill(0)  #=> [0, 0, 0]
[1, 2, 3].fill(0, 1)  #=> [1, 0, 0]
[1, 2, 3].fill(0, 1, 1)  #=> [1, 0, 3]
[1, 2, 3].fill { |i| i * i }  #=> [0, 1, 4]
[1, 2, 3].fill(9, 1..1)  #=> [1, 9, 3]
[1].fill(0, 0, 3)  #=> [0, 0, 0]
(a = [1, 2]; a.map! { |x| x * 2 }; a)  #=> [2, 4]
(a = [1, 2]; a.collect! { |x| x * 2 })  #=> [2, 4]
(a = [1, 2, 3]; a.select!(&:odd?); a)  #=> [1, 3]
[1, 3].select!(&:odd?)  #=> nil
(a = [1, 2, 3]; a.reject!(&:odd?); a)  #=> [2]
[2].reject!(&:odd?)  #=> nil
(a = [1, 2, 3]; a.keep_if { |x| x > 1 })  #=> [2, 3]
(a = [1, 2, 3]; a.delete_if { |x| x > 1 })  #=> [1]
[1, nil].compact!  #=> [1]
[1].compact!  #=> nil
[1, [2]].flatten!  #=> [1, 2]
[1].flatten!  #=> nil
[1, 1].uniq!  #=> [1]
[1].uniq!  #=> nil
[1, 2].reverse!  #=> [2, 1]
[1, 2, 3].rotate!  #=> [2, 3, 1]
[2, 1].sort!  #=> [1, 2]
%w[bb a].sort_by!(&:size)  #=> ["a", "bb"]
(a = [1, 2, 3]; a.each { |x| a.delete(x) }; a)  #=> [2]
(a = [1, 2]; b = a; b << 3; a)  #=> [1, 2, 3]
(a = [1, 2]; b = a.dup; b << 3; a)  #=> [1, 2]
(a = [[1]]; b = a.dup; b[0] << 2; a)  #=> [[1, 2]]
[1].freeze.push(2)  #=> FrozenError: can't modify frozen Array: [1]
[1].freeze.pop  #=> FrozenError: can't modify frozen Array: [1]
[1].freeze.sort!  #=> FrozenError: can't modify frozen Array: [1]
[1].freeze.map! { |x| x }  #=> FrozenError: can't modify frozen Array: [1]
(a = [3, 1]; a.sort!; a.first)  #=> 1
(a, b = [1, 2]; [b, a])  #=> [2, 1]
(a, *b = [1, 2, 3]; b)  #=> [2, 3]
(*a, b = [1, 2, 3]; a)  #=> [1, 2]
([1, 2, 3] => [x, *y]; y)  #=> [2, 3]
(a = [1, 2, 3, 4]; a.shift; a.pop; a)  #=> [2, 3]
(a = []; a[2] = 1; a)  #=> [nil, nil, 1]
(a = [1, 2, 3]; a.slice!(5))  #=> nil
(a = [0] * 3; a[1] += 5; a)  #=> [0, 5, 0]
(a = Array.new(2) { [] }; a[0] << 1; a)  #=> [[1], []]
(a = Array.new(2, []); a[0] << 1; a)  #=> [[1], [1]]
(h = Hash.new { |hash, k| hash[k] = [] }; h[:a] << 1; h)  #=> {:a=>[1]}
