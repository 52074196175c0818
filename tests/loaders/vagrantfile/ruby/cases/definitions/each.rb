class Fleet
  include Enumerable
  def initialize(*names) = @names = names
  def each
    return to_enum(:each) unless block_given?
    @names.each { |n| yield n }
    self
  end
end
f = Fleet.new("c", "a", "b")
p f.sort, f.map(&:upcase), f.include?("a"), f.first, f.first(2), f.to_a, f.each_with_index.to_a, f.min, f.select { |x| x > "a" }
p f.each_slice(2).to_a, f.inject { |a, b| a + b }, f.each_with_object([]) { |x, acc| acc << x }, f.reduce(:+), f.count, f.sort_by(&:itself)
f.each { |x| break }
p f.group_by(&:size), f.partition { |x| x == "a" }, f.zip([1, 2, 3]), f.each_cons(2).to_a, f.tally, f.entries

#> ["a", "b", "c"]
#> ["C", "A", "B"]
#> true
#> "c"
#> ["c", "a"]
#> ["c", "a", "b"]
#> [["c", 0], ["a", 1], ["b", 2]]
#> "a"
#> ["c", "b"]
#> [["c", "a"], ["b"]]
#> "cab"
#> ["c", "a", "b"]
#> "cab"
#> 3
#> ["a", "b", "c"]
#> {1=>["c", "a", "b"]}
#> [["a"], ["c", "b"]]
#> [["c", 1], ["a", 2], ["b", 3]]
#> [["c", "a"], ["a", "b"]]
#> {"c"=>1, "a"=>1, "b"=>1}
#> ["c", "a", "b"]
