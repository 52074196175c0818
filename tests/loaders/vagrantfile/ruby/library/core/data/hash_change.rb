{ a: 1, b: 2 }.each_with_object({}) { |(k, v), m| m[v] = k }  #=> {1=>:a, 2=>:b}
{ a: 1 }.merge({ b: 2 })  #=> {:a=>1, :b=>2}
{ a: 1 }.merge({ a: 2 }) { |k, o, n| o + n }  #=> {:a=>3}
{ a: 1 }.merge({ b: 2 }, { c: 3 })  #=> {:a=>1, :b=>2, :c=>3}
{ a: 1 }.merge  #=> {:a=>1}
{ a: 1 }.merge(1)  #=> TypeError: no implicit conversion of Integer into Hash
(h = { a: 1 }; h.merge!(b: 2); h)  #=> {:a=>1, :b=>2}
(h = { a: 1 }; h.update(a: 5) { |k, o, n| [o, n] }; h)  #=> {:a=>[1, 5]}
{ a: { x: 1 } }.merge({ a: { y: 2 } }) { |_, o, n| o.merge(n) }  #=> {:a=>{:x=>1, :y=>2}}
{ a: 1, b: 2 }.invert  #=> {1=>:a, 2=>:b}
{ a: 1, b: 2 }.transform_values { |v| v * 2 }  #=> {:a=>2, :b=>4}
{ a: 1 }.transform_values(&:to_s)  #=> {:a=>"1"}
{ a: 1 }.transform_keys(&:to_s)  #=> {"a"=>1}
{ "a" => 1 }.transform_keys(&:to_sym)  #=> {:a=>1}
{ a: 1, b: 2 }.transform_keys({ a: :c })  #=> {:c=>1, :b=>2}
{ a: 1, b: 2 }.transform_keys({ a: :c }, &:to_s)  #=> {:c=>1, "b"=>2}
{ a: 1, b: 2 }.slice(:a, :z)  #=> {:a=>1}
{ a: 1, b: 2 }.except(:a)  #=> {:b=>2}
{ a: 1, b: nil }.compact  #=> {:a=>1}
{ a: 1, b: 2 }.each_slice(1).to_a  #=> [[[:a, 1]], [[:b, 2]]]
(h = { a: 1 }; h[:b] = 2; h)  #=> {:a=>1, :b=>2}
(h = { a: 1 }; h.store("k", 1); h)  #=> {:a=>1, "k"=>1}
(h = { a: 1 }; [h.delete(:a), h])  #=> [1, {}]
{ a: 1 }.delete(:z)  #=> nil
{ a: 1 }.delete(:z) { |k| "no #{k}" }  #=> "no z"
(h = { a: 1, b: 2 }; h.delete_if { |k, v| v > 1 }; h)  #=> {:a=>1}
(h = { a: 1, b: 2 }; h.keep_if { |k, v| v > 1 }; h)  #=> {:b=>2}
(h = { a: 1, b: 2 }; h.select! { |k, v| v > 1 }; h)  #=> {:b=>2}
{ a: 1 }.select! { true }  #=> nil
(h = { a: 1, b: 2 }; h.reject! { |k, v| v > 1 }; h)  #=> {:a=>1}
{ a: 1 }.reject! { false }  #=> nil
(h = { a: 1, b: 2 }; [h.shift, h])  #=> [[:a, 1], {:b=>2}]
{}.shift  #=> nil
(h = { a: 1 }; h.clear)  #=> {}
(h = { a: 1 }; h.replace({ b: 2 }))  #=> {:b=>2}
(h = { a: 1 }; h.transform_values! { |v| v + 1 }; h)  #=> {:a=>2}
(h = { a: 1 }; h.transform_keys!(&:to_s); h)  #=> {"a"=>1}
(h = { a: nil }; h.compact!; h)  #=> {}
(h = Hash.new(0); h[:a] += 1; h)  #=> {:a=>1}
(h = Hash.new { |hash, k| hash[k] = k.to_s * 2 }; h[:ab]; h)  #=> {:ab=>"abab"}
(h = {}; h.default = 3; h[:q])  #=> 3
Hash.new(7).default  #=> 7
{ a: 1 }.default  #=> nil
{ a: 1 }.freeze[:b] = 1  #=> FrozenError: can't modify frozen Hash: {:a=>1}
({ a: 1 }.freeze.merge!(b: 1))  #=> FrozenError: can't modify frozen Hash: {:a=>1}
{ a: 1 }.freeze.delete(:a)  #=> FrozenError: can't modify frozen Hash: {:a=>1}
(h = { a: 1 }; b = h.dup; b[:b] = 2; h)  #=> {:a=>1}
{ a: 1 }.merge!(nil)  #=> TypeError: no implicit conversion of nil into Hash
