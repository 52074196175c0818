{ a: 1 }[:a]  #=> 1
{ a: 1 }[:b]  #=> nil
{ "a" => 1 }["a"]  #=> 1
{ 1 => 2 }[1.0]  #=> nil
{ a: 1 }.fetch(:a)  #=> 1
{ a: 1 }.fetch(:b)  #=> KeyError: key not found: :b
{ "a" => 1 }.fetch("b")  #=> KeyError: key not found: "b"
{ a: 1 }.fetch(:b, 2)  #=> 2
{ a: 1 }.fetch(:b) { |k| k.to_s }  #=> "b"
{ a: { b: [1, 2] } }.dig(:a, :b, 1)  #=> 2
{ a: nil }.dig(:a, :b)  #=> nil
{ a: 1 }.dig(:a, :b)  #=> TypeError: Integer does not have #dig method
{ a: 1, b: 2 }.values_at(:a, :c)  #=> [1, nil]
{ a: 1, b: 2 }.fetch_values(:a, :b)  #=> [1, 2]
{ a: 1 }.fetch_values(:c)  #=> KeyError: key not found: :c
{ a: 1, b: 2 }.key(2)  #=> :b
{ a: 1 }.key(5)  #=> nil
{ a: 1 }.key?(:a)  #=> true
{ a: 1 }.has_key?(:b)  #=> false
{ a: 1 }.include?(:a)  #=> true
{ a: 1 }.member?(:a)  #=> true
{ a: 1 }.value?(1)  #=> true
{ a: 1 }.has_value?(2)  #=> false
{ a: 1, b: 2 }.keys  #=> [:a, :b]
{ a: 1, b: 2 }.values  #=> [1, 2]
{ a: 1 }.length  #=> 1
{}.empty?  #=> true
{ a: 1 }.to_a  #=> [[:a, 1]]
{ a: 1, b: 2 }.to_h { |k, v| [v, k] }  #=> {1=>:a, 2=>:b}
{ a: 1 }.to_h { |k, v| 1 }  #=> TypeError: wrong element type Integer (expected array)
{ a: 1 }.to_s  #=> "{:a=>1}"
{ a: 1, b: 2 }.map { |k, v| [k, v] }  #=> [[:a, 1], [:b, 2]]
{ a: 1, b: 2 }.map { |k, v| "#{k}=#{v}" }.join("&")  #=> "a=1&b=2"
{ a: 1 }.map { |pair| pair }  #=> [[:a, 1]]
{ a: 1, b: 2 }.each { |k, v| k }  #=> {:a=>1, :b=>2}
{ a: 1 }.each_pair.to_a  #=> [[:a, 1]]
(r = []; { a: 1 }.each { |k, v| r << k << v }; r)  #=> [:a, 1]
(r = []; { a: 1 }.each { |pair| r << pair }; r)  #=> [[:a, 1]]
(r = []; { a: 1 }.each_with_index { |(k, v), i| r << [k, v, i] }; r)  #=> [[:a, 1, 0]]
(r = []; { a: 1 }.each_key { |k| r << k }; r)  #=> [:a]
(r = []; { a: 1 }.each_value { |v| r << v }; r)  #=> [1]
{ a: 1, b: 2 }.select { |k, v| v > 1 }  #=> {:b=>2}
{ a: 1, b: 2 }.filter { |k| k == :a }  #=> {:a=>1}
{ a: 1, b: 2 }.reject { |k, v| v > 1 }  #=> {:a=>1}
{ a: 1, b: 2 }.filter_map { |k, v| k if v > 1 }  #=> [:b]
{ a: 1, b: 2 }.find { |k, v| v == 2 }  #=> [:b, 2]
{ a: 1, b: 2 }.find_all { |k, v| v == 2 }  #=> [[:b, 2]]
{ a: 1, b: 2 }.partition { |k, v| v > 1 }  #=> [[[:b, 2]], [[:a, 1]]]
{ a: 1, b: 2 }.any? { |k, v| v > 1 }  #=> true
{ a: 1, b: 2 }.all? { |k, v| v > 1 }  #=> false
{ a: 1 }.any?  #=> true
{}.any?  #=> false
{ a: 1 }.none? { |k, v| v > 1 }  #=> true
{ a: 1, b: 2 }.count { |k, v| v > 1 }  #=> 1
{ a: 1 }.count  #=> 1
{ a: 1, b: 2 }.sum { |k, v| v }  #=> 3
{ a: 1, b: 2 }.inject(0) { |s, (k, v)| s + v }  #=> 3
{ a: 1, b: 2 }.reduce { |x, y| x + y }  #=> [:a, 1, :b, 2]
{ b: 1, a: 2 }.sort  #=> [[:a, 2], [:b, 1]]
{ b: 1, a: 2 }.sort.to_h  #=> {:a=>2, :b=>1}
{ b: 2, a: 1 }.sort_by { |k, v| v }  #=> [[:a, 1], [:b, 2]]
{ b: 2, a: 1 }.min_by { |k, v| v }  #=> [:a, 1]
{ b: 2, a: 1 }.max_by { |k, v| v }  #=> [:b, 2]
{ b: 2, a: 1 }.sort_by { |k, v| -v }.first  #=> [:b, 2]
{ a: 1, b: 2, c: 1 }.group_by { |k, v| v }  #=> {1=>[[:a, 1], [:c, 1]], 2=>[[:b, 2]]}
{ a: 1, b: 2 }.zip([1, 2])  #=> [[[:a, 1], 1], [[:b, 2], 2]]
{ a: 1, b: 2 }.first  #=> [:a, 1]
{ a: 1, b: 2 }.first(1)  #=> [[:a, 1]]
{}.first  #=> nil
{ a: 1, b: 2 }.take(1)  #=> [[:a, 1]]
{ a: 1, b: 2 }.drop(1)  #=> [[:b, 2]]
{ a: 1, b: 2 }.flat_map { |k, v| [k] * v }  #=> [:a, :b, :b]
{ a: [1, 2] }.flatten  #=> [:a, [1, 2]]
{ a: [1, 2] }.flatten(2)  #=> [:a, 1, 2]
{ a: 1, b: 2 }.sum { |_, v| v.to_f }  #=> 3.0
{ a: 1 } == { a: 1 }  #=> true
{ a: 1 } == { a: 1.0 }  #=> true
{ a: 1, b: 2 } == { b: 2, a: 1 }  #=> true
{ a: 1 }.eql?({ a: 1 })  #=> true
{ a: 1 } <= { a: 1, b: 2 }  #=> true
{ a: 1, b: 2 } > { a: 1 }  #=> true
{ a: 1 } == 1  #=> false
Hash.new(5)[:x]  #=> 5
Hash.new(5).fetch(:x, 1)  #=> 1
Hash.new { |h, k| k }.dig(:q)  #=> :q
Hash.new(1) { }  #=> ArgumentError: wrong number of arguments (given 1, expected 0)
Hash[[[1, 2], [3, 4]]]  #=> {1=>2, 3=>4}
Hash[1, 2, 3, 4]  #=> {1=>2, 3=>4}
Hash[1, 2, 3]  #=> ArgumentError: odd number of arguments for Hash
Hash[{ a: 1 }]  #=> {:a=>1}
Hash([[1, 2]]) rescue 1  #=> 1
Hash(nil)  #=> {}
Hash([])  #=> {}
Hash(5)  #=> TypeError: can't convert Integer into Hash
{ a: 1 }.freeze[:a]  #=> 1
{ a: 1 }.frozen?  #=> false
(h = { "x" => 1 }; k = h.keys.first; k.frozen?)  #=> true
{ a: 1 }.assoc(:a)  #=> [:a, 1]
{ a: 1 }.rassoc(1)  #=> [:a, 1]
{ a: 1 }.to_proc.call(:a)  #=> 1
[:a, :b].map(&{ a: 1, b: 2 })  #=> [1, 2]
{ a: 1, **{ b: 2 } }  #=> {:a=>1, :b=>2}
{ **{ a: 1 }, a: 2 }  #=> {:a=>2}
(x = 1; { x: })  #=> {:x=>1}
{ a: 1 }.each_with_index.map { |(k, v), i| [k, v, i] }  #=> [[:a, 1, 0]]
{ a: 1 }.each_with_index.to_a  #=> [[[:a, 1], 0]]
{ a: 1, b: 2 }.each_cons(2).to_a  #=> [[[:a, 1], [:b, 2]]]
{ a: 1 }.min_by { |k, v| v }  #=> [:a, 1]
{ a: 1, b: 2 }.sum { |k, v| v } / 2.0  #=> 1.5
{ a: 1, b: 2 }.sort_by { |name, n| [-n, name] }  #=> [[:b, 2], [:a, 1]]
{ b: 1, a: 1 }.sort_by { |k, v| [v, k] }.map(&:first)  #=> [:a, :b]
{ a: 1 }.hash == { a: 1 }.hash  #=> true
{ [1, 2] => :x }[[1, 2]]  #=> :x
{ 1 => :a, 1.0 => :b }  #=> {1=>:a, 1.0=>:b}
{ nil => 1 }[nil]  #=> 1
{ true => 1, false => 0 }[false]  #=> 0
{ a: 1 }.foo  #=> NoMethodError: undefined method `foo' for {:a=>1}:Hash
{ a: 1 }.fetch  #=> ArgumentError: wrong number of arguments (given 0, expected 1..2)
{ a: 1 }.key?  #=> ArgumentError: wrong number of arguments (given 0, expected 1)
{ a: 1 }.each  #=> #<Enumerator: {:a=>1}:each>
{ a: 1 }.map  #=> #<Enumerator: {:a=>1}:map>
{ a: 1 }.select  #=> #<Enumerator: {:a=>1}:select>
{ a: 2 }.each_with_object([]).to_a  #=> [[[:a, 2], []]]
{ a: 1 }.include?("a")  #=> false
{ a: 1 }.is_a?(Enumerable)  #=> true
{ a: 1, "b" => 2, 3 => 4 }.keys.map(&:class)  #=> [Symbol, String, Integer]
{ web: { ip: "10.0.0.1" }, db: { ip: "10.0.0.2" } }.map { |n, o| "#{n} #{o[:ip]}" }  #=> ["web 10.0.0.1", "db 10.0.0.2"]
{ a: 1 }.tally  #=> {[:a, 1]=>1}
{ a: 1, b: 1 }.uniq { |k, v| v }  #=> [[:a, 1]]
{ a: 1 }.entries  #=> [[:a, 1]]
{ a: 1 }.reduce([]) { |m, (k, v)| m << k << v }  #=> [:a, 1]
{ a: 3, b: 1 }.minmax_by { |k, v| v }  #=> [[:b, 1], [:a, 3]]
{ a: 1 }.compare_by_identity? rescue 1  #=> false
{ a: 1 }.deconstruct_keys(nil)  #=> {:a=>1}
({ name: "x", n: 1 } in { name: String => s, n: Integer }; s)  #=> "x"
{ a: 1 }.to_hash { 1 }  #=> {:a=>1}
