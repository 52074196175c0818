errors = []
[-> { nil + 1 }, -> { "a" + 1 }, -> { [].fetch(3) }, -> { {}.fetch(:k) }, -> { Integer("x") }, -> { Float("y") }, -> { :a.unknown }, -> { raise "plain" },
 -> { 1 / 0 }, -> { [1, 2].first("x") }, -> { "x" * -1 }, -> { Object.new.foo }, -> { UnknownConst }, -> { raise Class.new(StandardError), "anon" }, -> { [3, nil].sort }, -> { {}.fetch("a") }, -> { "abc".to_sym.call },
 -> { loop { raise StopIteration }; raise KeyError, "after" }, -> { def two(a, b) = 1; two(1) }, -> { ->(x) { }.call }, -> { "x".freeze << "y" }, -> { [1].freeze << 2 }, -> { raise NotImplementedError }, -> { Comparable.new },
 -> { BasicObject.new.inspect }].each do |f|
  f.call
  errors << "none"
rescue StandardError, NotImplementedError => e
  errors << e.class.name.to_s
end
puts errors.join(" ")

#> NoMethodError TypeError IndexError KeyError ArgumentError ArgumentError NoMethodError RuntimeError ZeroDivisionError TypeError ArgumentError NoMethodError NameError  ArgumentError KeyError NoMethodError KeyError ArgumentError ArgumentError FrozenError FrozenError NotImplementedError NoMethodError NoMethodError
