"a" + "b"  #=> "ab"
"a" + 1  #=> TypeError: no implicit conversion of Integer into String
"a" + nil  #=> TypeError: no implicit conversion of nil into String
"ab" * 3  #=> "ababab"
"ab" * 0  #=> ""
"ab" * -1  #=> ArgumentError: negative argument
"ab" * "c"  #=> TypeError: no implicit conversion of String into Integer
"hello"[0]  #=> "h"
"hello"[-1]  #=> "o"
"hello"[10]  #=> nil
"hello"[1, 3]  #=> "ell"
"hello"[1..3]  #=> "ell"
"hello"[1...3]  #=> "el"
"hello"[1..]  #=> "ello"
"hello"[..2]  #=> "hel"
"hello"[-3..]  #=> "llo"
"hello"[-3, 2]  #=> "ll"
"hello"[5]  #=> nil
"hello"[5, 1]  #=> ""
"hello"[5..]  #=> ""
"hello"[6..]  #=> nil
"hello"[1, -1]  #=> nil
"hello"["ell"]  #=> "ell"
"hello"["xyz"]  #=> nil
"hello"[/l+/]  #=> "ll"
"hello"[/(h)(e)/, 2]  #=> "e"
"hello"[/(?<x>l+)/, "x"]  #=> "ll"
"hello"[/(?<x>l+)/, :x]  #=> "ll"
"hello"[/z/]  #=> nil
"hello"[nil]  #=> TypeError: no implicit conversion from nil to integer
"hello"[:a]  #=> TypeError: no implicit conversion of Symbol into Integer
"hello".slice(1, 2)  #=> "el"
"hello".slice(0..1)  #=> "he"
(s = "hello"; s[0] = "J"; s)  #=> "Jello"
(s = "hello"; s[1..2] = "XY"; s)  #=> "hXYlo"
(s = "hello"; s[1, 3] = ""; s)  #=> "ho"
(s = "hello"; s["ll"] = "LL"; s)  #=> "heLLo"
(s = "hello"; s[/l+/] = "r"; s)  #=> "hero"
(s = "hello"; s[10] = "x"; s)  #=> IndexError: index 10 out of string
(s = "hello"; s["z"] = "x"; s)  #=> IndexError: string not matched
(s = "hello"; s[5] = "!"; s)  #=> "hello!"
(s = "hello"; [s.slice!(1..2), s])  #=> ["el", "hlo"]
(s = "hello"; [s.slice!(/l/), s])  #=> ["l", "helo"]
(s = "hello"; [s.slice!("z"), s])  #=> [nil, "hello"]
"hello".length  #=> 5
"hello".size  #=> 5
"héllo".length  #=> 5
"".empty?  #=> true
" ".empty?  #=> false
"abc".casecmp("ABC")  #=> 0
"abc".casecmp?("ABC")  #=> true
"abc".casecmp("abd")  #=> -1
"abc".casecmp(1)  #=> nil
"hello".concat(" world")  #=> "hello world"
"hello".concat("a", "b")  #=> "helloab"
"hello" << " world"  #=> "hello world"
"hello" << 33  #=> "hello!"
"a".prepend("b", "c")  #=> "bca"
"abc".replace("x")  #=> "x"
"abc".insert(1, "X")  #=> "aXbc"
"abc".insert(-1, "X")  #=> "abcX"
"abc".insert(-2, "X")  #=> "abXc"
"abc".insert(5, "X")  #=> IndexError: index 5 out of string
"abc".clear  #=> ""
"abc".to_sym  #=> :abc
"a b".to_sym  #=> :"a b"
"abc".to_s  #=> "abc"
"abc".to_str  #=> "abc"
"abc".include?("b")  #=> true
"abc".include?("z")  #=> false
"abc".include?(1)  #=> TypeError: no implicit conversion of Integer into String
"abc".start_with?("ab")  #=> true
"abc".start_with?("x", "a")  #=> true
"abc".start_with?(/[a-c]/)  #=> true
"abc".start_with?  #=> false
"abc".end_with?("bc")  #=> true
"abc".end_with?("x", "c")  #=> true
"abc".chr  #=> "a"
"abc".ord  #=> 97
"".ord  #=> ArgumentError: empty string
"abc".sum  #=> 294
"abc".frozen?  #=> false
"abc".dup.frozen?  #=> false
:a.to_s.frozen?  #=> false
"abc".freeze.frozen?  #=> true
("abc".freeze << "d")  #=> FrozenError: can't modify frozen String: "abc"
("abc".freeze.upcase!)  #=> FrozenError: can't modify frozen String: "abc"
(s = "abc".freeze; t = s.dup; t << "d"; t)  #=> "abcd"
(s = "abc".freeze; +s << "d")  #=> "abcd"
(-"abc").frozen?  #=> true
String.new  #=> ""
String.new("abc")  #=> "abc"
String.new("abc").frozen?  #=> false
String(12)  #=> "12"
String(nil)  #=> ""
String(:a)  #=> "a"
"abc".is_a?(String)  #=> true
"abc".is_a?(Comparable)  #=> true
"abc".nil?  #=> false
"abc".foo  #=> NoMethodError: undefined method `foo' for "abc":String
"abc".foo(1)  #=> NoMethodError: undefined method `foo' for "abc":String
"abc".length(1)  #=> ArgumentError: wrong number of arguments (given 1, expected 0)
"abc".center  #=> ArgumentError: wrong number of arguments (given 0, expected 1..2)
"abc".insert(1)  #=> ArgumentError: wrong number of arguments (given 1, expected 2)
"%s" % "a"  #=> "a"
"a".ljust(3) + "|"  #=> "a  |"
"abc" "def"  #=> "abcdef"
"abc".then { |s| s + "d" }  #=> "abcd"
"abc".itself  #=> "abc"
"abc".unknown rescue "none"  #=> "none"
"abc".method(:upcase).call  #=> "ABC"
"abc".respond_to?(:upcase)  #=> true
"abc".respond_to?(:foo)  #=> false
"abc".send(:upcase)  #=> "ABC"
"abc".public_send(:[], 1)  #=> "b"
"abc".tap { |s| s.upcase }  #=> "abc"
"abc" =~ /b/  #=> 1
"abc" =~ /z/  #=> nil
"abc" =~ "b"  #=> TypeError: type mismatch: String given
"abc".match(/b/)  #=> #<MatchData "b">
"abc".match("b")  #=> #<MatchData "b">
"abc".match(/z/)  #=> nil
"abc".match?(/b/)  #=> true
"abc".match?("z")  #=> false
"abc".match(/b/, 2)  #=> nil
"abc" !~ /z/  #=> true
"abc".match(/(?<x>b)/)[:x]  #=> "b"
"abc".match(/b/) { |m| m[0] * 2 }  #=> "bb"
"abc".each_byte.to_a  #=> [97, 98, 99]
"abc".casecmp?(1)  #=> nil
