"a" == "a"  #=> true
"a" == :a  #=> false
"a".eql?("a")  #=> true
"a".equal?("a")  #=> false
"a" <=> "b"  #=> -1
"b" <=> "a"  #=> 1
"a" <=> 1  #=> nil
"a" === "a"  #=> true
"a" < "b"  #=> true
"a" < 1  #=> ArgumentError: comparison of String with 1 failed
"abc".between?("abb", "abd")  #=> true
"b".clamp("c", "d")  #=> "c"
"abc".hash == "abc".hash  #=> true
"abc".object_id == "abc".object_id  #=> false
[1, 2] <=> [1, 3]  #=> -1
[1, 2] <=> [1]  #=> 1
[1] <=> ["a"]  #=> nil
[1] <=> 1  #=> nil
[1, 2] == [1, 2]  #=> true
[1, 2] == [1, 2.0]  #=> true
[1, 2].eql?([1, 2.0])  #=> false
[1] == 1  #=> false
[1, [2, [3]]] == [1, [2, [3]]]  #=> true
[1, 2].index { |x| x > 1 }  #=> 1
[1, 2, 1].rindex { |x| x == 2 }  #=> 1
[1, 2].hash == [1, 2].hash  #=> true
[1].dup.equal?([1])  #=> false
[1, 2] <=> nil  #=> nil
nil == false  #=> false
true == 1  #=> false
Object.new == Object.new  #=> false
(o = Object.new; o == o)  #=> true
1 <=> nil  #=> nil
Object.new <=> 1  #=> nil
(i = 0; loop { i += 1; break if i > 3 }; i)  #=> 4
1.hash == 1.0.hash  #=> false
1.eql?(1)  #=> true
"a".eql?("a")  #=> true
"a".equal?("a")  #=> false
:a.equal?(:a)  #=> true
1 == "1"  #=> false
->(x) { x > 1 } === 2  #=> true
[3, 1] <=> [3, 2]  #=> -1
Integer === 1  #=> true
Numeric === 1.0  #=> true
(class K4; def ==(o); true; end; end; [K4.new] == [1])  #=> true
(class K12 < StandardError; end; begin; raise K12, "m"; rescue => e; [e.class, e.message]; end)  #=> [K12, "m"]
5.clamp(1, 3)  #=> 3
5.clamp(..3)  #=> 3
0.clamp(1..)  #=> 1
5.clamp(3, 1)  #=> ArgumentError: min argument must be smaller than max argument
5.clamp(1...3)  #=> ArgumentError: cannot clamp with an exclusive range
5.between?(1, 10)  #=> true
15.between?(1, 10)  #=> false
1 <=> 2  #=> -1
1 <=> "a"  #=> nil
1 == 1.0  #=> true
1.eql?(1.0)  #=> false
1.equal?(1)  #=> true
1 === 1  #=> true
1 < nil  #=> ArgumentError: comparison of Integer with nil failed
1 < "a"  #=> ArgumentError: comparison of Integer with String failed
1.hash == 1.hash  #=> true
Integer === 3  #=> true
(1 <=> 1)  #=> 0
5 <=> 5.5  #=> -1
1 if 1 > 0  #=> 1
Float::NAN == Float::NAN  #=> false
1.0 == 1  #=> true
1.0.eql?(1)  #=> false
1.0 <=> 2  #=> -1
1.0 <=> "a"  #=> nil
1.5 < "x"  #=> ArgumentError: comparison of Float with String failed
1.5.clamp(1, 1.2)  #=> 1.2
1.0.hash == 1.0.hash  #=> true
