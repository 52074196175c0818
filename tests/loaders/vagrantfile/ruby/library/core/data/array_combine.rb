%w[b a].sort.reverse  #=> ["b", "a"]
[1, 2, 3].sum  #=> 6
[1, 2, 3].sum { |x| x * 2 }  #=> 12
[1, 2].sum(10)  #=> 13
["a", "b"].sum("")  #=> "ab"
["a", "b"].sum  #=> TypeError: String can't be coerced into Integer
[[1], [2]].sum([])  #=> [1, 2]
[1, 2, 3].reverse  #=> [3, 2, 1]
[1, 2, 3].rotate  #=> [2, 3, 1]
[1, 2, 3].rotate(-1)  #=> [3, 1, 2]
[1, 2, 3].rotate(5)  #=> [3, 1, 2]
[].rotate  #=> []
[1, nil, 2].compact  #=> [1, 2]
[1, [2, [3, [4]]]].flatten  #=> [1, 2, 3, 4]
[1, [2, [3, [4]]]].flatten(1)  #=> [1, 2, [3, [4]]]
(a = [1]; a << a; a.flatten)  #=> ArgumentError: tried to flatten recursive array
[[1, 2], [3, 4]].transpose  #=> [[1, 3], [2, 4]]
[[1, 2], [3]].transpose  #=> IndexError: element size differs (1 should be 2)
[[1, "a"], [2, "b"]].assoc(2)  #=> [2, "b"]
[[1, "a"], [2, "b"]].rassoc("b")  #=> [2, "b"]
[1, 2].zip([3, 4], [5, 6])  #=> [[1, 3, 5], [2, 4, 6]]
[1, 2].zip([3])  #=> [[1, 3], [2, nil]]
[1, 2].zip(3..4)  #=> [[1, 3], [2, 4]]
[1, 2].zip(1)  #=> TypeError: wrong argument type Integer (must respond to :each)
[1, 2].product([3, 4])  #=> [[1, 3], [1, 4], [2, 3], [2, 4]]
[1, 2].product  #=> [[1], [2]]
[1, 2, 3].combination(2).to_a  #=> [[1, 2], [1, 3], [2, 3]]
[1, 2, 3].combination(0).to_a  #=> [[]]
[1, 2, 3].combination(5).to_a  #=> []
[1, 2, 3].permutation(2).to_a  #=> [[1, 2], [1, 3], [2, 1], [2, 3], [3, 1], [3, 2]]
[1, 2, 3].permutation.count  #=> 6
[1, 2].repeated_combination(2).to_a  #=> [[1, 1], [1, 2], [2, 2]]
[1, 2].repeated_permutation(2).to_a  #=> [[1, 1], [1, 2], [2, 1], [2, 2]]
[1, 3, 5, 7].bsearch { |x| x >= 4 }  #=> 5
[1, 3, 5].bsearch { |x| 3 <=> x }  #=> 3
[1, 2, 3].reverse_each.to_a  #=> [3, 2, 1]
[1, 2, 3, 4].sum.fdiv(4)  #=> 2.5
["1", "2"].map(&:to_i).sum  #=> 3
%w[x y].zip([1, 2]).to_h  #=> {"x"=>1, "y"=>2}
[1, 3, 5].bsearch_index { |x| x >= 3 }  #=> 1
