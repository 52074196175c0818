:a.to_s  #=> "a"
:a.to_sym  #=> :a
:a.to_proc.call("x") rescue 1  #=> 1
:upcase.to_proc.call("x")  #=> "X"
:a.length  #=> 1
:a.size  #=> 1
:a <=> :b  #=> -1
:a <=> "a"  #=> nil
:a == :a  #=> true
:a == "a"  #=> false
:a.equal?(:a)  #=> true
:abc[1]  #=> "b"
:abc[0..1]  #=> "ab"
:abc.upcase  #=> :ABC
:Abc.swapcase  #=> :aBC
:abc.capitalize  #=> :Abc
:a.succ  #=> :b
:abc.start_with?("a")  #=> true
:abc.end_with?("c")  #=> true
:abc =~ /b/  #=> 1
:abc.empty?  #=> false
:"".empty?  #=> true
%w[a b].map(&:to_sym)  #=> [:a, :b]
[:b, :a].sort  #=> [:a, :b]
[:b, :a].max  #=> :b
%i[a b c]  #=> [:a, :b, :c]
:a.class  #=> Symbol
:a.frozen?  #=> true
:a.is_a?(Symbol)  #=> true
:a.hash == :a.hash  #=> true
:a.foo  #=> NoMethodError: undefined method `foo' for :a:Symbol
:a + :b  #=> NoMethodError: undefined method `+' for :a:Symbol
:a.to_proc.lambda?  #=> true
:a.to_proc.arity  #=> -2
[1, 2].map(&:to_s)  #=> ["1", "2"]
[[1, 2], [3]].map(&:size)  #=> [2, 1]
:a.between?(:a, :b)  #=> true
:abc.match(/b/)  #=> #<MatchData "b">
:abc.match?(/b/)  #=> true
{ "a": 1 }  #=> {:a=>1}
{ "a b": 1 }  #=> {:"a b"=>1}
{ a?: 1 } rescue 1  #=> {:a?=>1}
{ :"a=" => 1 }  #=> {:a==>1}
{ "x" => :y }  #=> {"x"=>:y}
:a.id2name  #=> "a"
:a.casecmp(:A)  #=> 0
:a.casecmp?(:A)  #=> true
:"foo bar".to_proc.call(1)  #=> NoMethodError: undefined method `foo bar' for 1:Integer
