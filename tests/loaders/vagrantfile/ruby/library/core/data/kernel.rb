nil.to_s  #=> ""
nil.to_a  #=> []
nil.to_i  #=> 0
nil.to_f  #=> 0.0
nil.to_h  #=> {}
nil & true  #=> false
nil | 1  #=> true
nil.foo  #=> NoMethodError: undefined method `foo' for nil:NilClass
nil + 1  #=> NoMethodError: undefined method `+' for nil:NilClass
nil[0]  #=> NoMethodError: undefined method `[]' for nil:NilClass
nil.nil?  #=> true
nil =~ /a/  #=> nil
nil.to_s.frozen?  #=> true
true & false  #=> false
true | false  #=> true
true ^ true  #=> false
false | nil  #=> false
false ^ 1  #=> true
true.to_s  #=> "true"
!true  #=> false
true.class  #=> TrueClass
nil.class  #=> NilClass
true && nil  #=> nil
nil.dup  #=> nil
Array(nil)  #=> []
Array([nil])  #=> [nil]
Array(a: 1)  #=> [[:a, 1]]
Integer("12") + Float("1.5")  #=> 13.5
String(nil)  #=> ""
Hash([])  #=> {}
[1, "a", :b, nil, 2.0, 1..2, { a: 1 }].map(&:class)  #=> [Integer, String, Symbol, NilClass, Float, Range, Hash]
1.frozen?  #=> true
"a".is_a?(Object)  #=> true
1.is_a?(Numeric)  #=> true
1.kind_of?(Integer)  #=> true
1.instance_of?(Numeric)  #=> false
1.respond_to?(:foo)  #=> false
1.send(:+, 2)  #=> 3
1.public_send("to_s")  #=> "1"
1.method(:+).call(2)  #=> 3
[1, 2].map(&1.method(:+))  #=> [2, 3]
1.tap { |x| x + 1 }  #=> 1
1.then { |x| x + 1 }  #=> 2
1.itself  #=> 1
"a".dup << "b"  #=> "ab"
(o = Object.new; o.instance_variable_set(:@a, 1); [o.instance_variable_get(:@a), o.instance_variables])  #=> [1, [:@a]]
1 !~ /a/  #=> true
"a" !~ /a/  #=> false
sleep(0)  #=> 0
(catch(:x) { throw :x, 5 })  #=> 5
(loop { break 3 })  #=> 3
loop { raise StopIteration }  #=> nil
[1, 2].frozen?  #=> false
:a.frozen?  #=> true
nil.frozen?  #=> true
"lit".frozen?  #=> false
(a = "x".freeze; a.frozen?)  #=> true
(1.0).to_s  #=> "1.0"
proc { |x| x }.call(1)  #=> 1
proc { |x, y| [x, y] }.call(1)  #=> [1, nil]
proc { |x, y| [x, y] }.call([1, 2])  #=> [1, 2]
proc { |x| x }.call(1, 2)  #=> 1
lambda { |x| x }.call(1)  #=> 1
lambda { |x| x }.call  #=> ArgumentError: wrong number of arguments (given 0, expected 1)
->(x, y = 2, *z, k: 1, **o, &b) { }.parameters  #=> [[:req, :x], [:opt, :y], [:rest, :z], [:key, :k], [:keyrest, :o], [:block, :b]]
->(x, y = 2) { }.arity  #=> -2
proc { |x, y| }.arity  #=> 2
->(*a) { }.arity  #=> -1
->() { }.arity  #=> 0
->(x) { x * 2 }.(3)  #=> 6
->(x) { x * 2 }[3]  #=> 6
(->(x) { x + 1 } >> ->(x) { x * 2 }).call(3)  #=> 8
(->(x) { x + 1 } << ->(x) { x * 2 }).call(3)  #=> 7
->(x, y) { x + y }.curry[1][2]  #=> 3
proc { }.lambda?  #=> false
lambda { }.lambda?  #=> true
:upcase.to_proc.call("a")  #=> "A"
%w[1 2].map(&method(:Integer))  #=> [1, 2]
method(:puts).arity  #=> -1
(def m1(a, b = 1, *c, d:, e: 2, **f); end; method(:m1).parameters)  #=> [[:req, :a], [:opt, :b], [:rest, :c], [:keyreq, :d], [:key, :e], [:keyrest, :f]]
(def m2(a); a; end; m2)  #=> ArgumentError: wrong number of arguments (given 0, expected 1)
(def m3(a:); a; end; m3)  #=> ArgumentError: missing keyword: :a
(def m4(a:); a; end; m4(a: 1, b: 2))  #=> ArgumentError: unknown keyword: :b
(def m5; yield 1, 2; end; m5 { |a, b| [a, b] })  #=> [1, 2]
(def m6; yield; end; m6)  #=> LocalJumpError: no block given (yield)
(case 1 when Integer then :int end)  #=> :int
(case "a" when String, Symbol then :s end)  #=> :s
(case nil when nil then :n end)  #=> :n
Comparable.instance_of?(Module)  #=> true
Kernel.format("%d", 1)  #=> "1"
Kernel.Integer("3") rescue 1  #=> 3
(1.0).is_a?(Float)  #=> true
(class K2; def to_s; "me"; end; end; "#{K2.new}")  #=> "me"
(class K3; def inspect; "insp"; end; end; [K3.new])  #=> [insp]
(class K5; attr_accessor :a; end; k = K5.new; k.a = 3; d = k.dup; d.a = 4; k.a)  #=> 3
(class K6; def method_missing(n, *a); [n, a]; end; def respond_to_missing?(*) = true; end; [K6.new.foo(1), K6.new.respond_to?(:bar)])  #=> [[:foo, [1]], true]
(class K7; def to_str; "str"; end; end; "a" + K7.new)  #=> "astr"
(class K8; def coerce(o); [o, 10]; end; end; 5 + K8.new)  #=> 15
(class K9; def to_ary; [1, 2]; end; end; a, b = K9.new; b)  #=> 2
(class K11; def each; yield 1; end; include Enumerable; end; K11.new.each_with_index.to_a)  #=> [[1, 0]]
(begin; Integer("x"); rescue ArgumentError => e; e.message; end)  #=> "invalid value for Integer(): \"x\""
(begin; [].fetch(1); rescue IndexError => e; e.class; end)  #=> IndexError
(begin; {}.fetch(:a); rescue KeyError => e; [e.key, e.receiver]; end)  #=> [:a, {}]
(begin; nil.foo; rescue NoMethodError => e; e.name; end)  #=> :foo
(begin; 1 / 0; rescue => e; e.message; ensure; 1; end)  #=> "divided by 0"
(x = begin; 1; ensure; 2; end; x)  #=> 1
raise "x"  #=> RuntimeError: x
raise ArgumentError  #=> ArgumentError: ArgumentError
raise ArgumentError, "y"  #=> ArgumentError: y
raise Class.new(StandardError), "z" rescue 1  #=> 1
abort rescue 1  #=> SystemExit: exit
Float::NAN.to_s  #=> "NaN"
[1, 2, 3].to_s + "x"  #=> "[1, 2, 3]x"
"abc".method(:size).unbind.class  #=> UnboundMethod
1.0.to_s.to_f  #=> 1.0
[nil, 1].map(&:to_s)  #=> ["", "1"]
[1, 2, 3] in [Integer, *]  #=> true
Struct.new(:a).new(1).a rescue 1  #=> 1
defined?(foo)  #=> nil
defined?(puts)  #=> "method"
[*nil]  #=> []
[*[1], *2]  #=> [1, 2]
[[1, 2], [3, 4]].to_h { |a, b| [a, b] }.then { |h| h.sum { |k, v| k * v } }  #=> 14
(begin; Integer("12", 99); rescue => e; e.message; end)  #=> "invalid radix 99"
%w[a b c].each_with_index.map { |x, i| "#{x}#{i}" }.each_slice(2).map(&:first)  #=> ["a0", "c2"]
(def fact(n) = n <= 1 ? 1 : n * fact(n - 1); fact(20))  #=> 2432902008176640000
(f = Hash.new { |h, n| h[n] = n < 2 ? n : h[n - 1] + h[n - 2] }; f[30])  #=> 832040
"192.168.56.0/24".split("/").then { |ip, m| ip.split(".")[0, 3].join(".") + ".#{m}" } rescue $!.class  #=> "192.168.56.24"
"192.168.56.10".split(".").map(&:to_i).inject { |a, b| (a << 8) + b }  #=> 3232249866
[3232249866].pack("N").unpack("C*").join(".")  #=> "192.168.56.10"
(nodes = { "web" => 2, "db" => 1 }; nodes.flat_map { |r, n| (1..n).map { |i| format("%s-%02d", r, i) } })  #=> ["web-01", "web-02", "db-01"]
{ "memory" => "1024", :cpus => 2 }.map { |k, v| [k.to_sym, v.to_i] }.to_h  #=> {:memory=>1024, :cpus=>2}
"a: 1\nb: 2".lines.map { |l| l.chomp.split(": ") }.to_h.transform_values(&:to_i)  #=> {"a"=>1, "b"=>2}
(1..3).each_with_object({}) { |i, h| h["node#{i}"] = "10.0.0.#{i + 10}" }  #=> {"node1"=>"10.0.0.11", "node2"=>"10.0.0.12", "node3"=>"10.0.0.13"}
[["web", 1], ["db", 2]].each_with_index.map { |(n, c), i| "#{i}#{n}#{c}" }  #=> ["0web1", "1db2"]
"foo-bar_baz".tr("-", "_").split("_").map.with_index { |w, i| i.zero? ? w : w.capitalize }.join  #=> "fooBarBaz"
(ENV.fetch("NOPE", "d"); ENV["NOPE"] || "x")  #=> "x"
[1, 2, 3].each_cons(2).map { |a, b| b - a }.uniq == [1]  #=> true
%w[x86_64 arm64].include?("x86_64") ? "amd64" : "other"  #=> "amd64"
"1.2.3".split(".").map(&:to_i) <=> "1.10.0".split(".").map(&:to_i)  #=> -1
"%s has %d cpus and %.1f GB" % ["web", 2, 1.5]  #=> "web has 2 cpus and 1.5 GB"
"Debian GNU/Linux 12 (bookworm)"[/\((\w+)\)/, 1]  #=> "bookworm"
"eth0: inet 10.0.2.15/24"[/inet (\d+(?:\.\d+){3})/, 1]  #=> "10.0.2.15"
[1, [2, nil, [3]], nil].flatten.compact.sum.to_s.rjust(3, "0")  #=> "006"
({ a: { b: { c: 1 } } }).dig(:a, :b).merge(d: 2).sort_by { |k, _| k }.map(&:last)  #=> [1, 2]
(a = %w[z y x]; a.sort!.map!(&:to_sym).freeze; a.frozen?)  #=> true
