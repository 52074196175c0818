"hello".index("l")  #=> 2
"hello".index("l", 3)  #=> 3
"hello".index("z")  #=> nil
"hello".index(/l+/)  #=> 2
"hello".index("l", -2)  #=> 3
"hello".index("", 10)  #=> nil
"hello".rindex("l")  #=> 3
"hello".rindex("l", 2)  #=> 2
"hello".rindex(/l/)  #=> 3
"hello".rindex("h", -5)  #=> 0
"hello".index(1)  #=> TypeError: no implicit conversion of Integer into String
"a,b,c".partition(",")  #=> ["a", ",", "b,c"]
"abc".partition(",")  #=> ["abc", "", ""]
"a1b2".partition(/\d/)  #=> ["a", "1", "b2"]
"a,b,c".rpartition(",")  #=> ["a,b", ",", "c"]
"abc".rpartition(",")  #=> ["", "", "abc"]
"a1b2".rpartition(/\d/)  #=> ["a1b", "2", ""]
"a1b22".scan(/\d+/)  #=> ["1", "22"]
"a1b22".scan(/([a-z])(\d+)/)  #=> [["a", "1"], ["b", "22"]]
"aaa".scan("a")  #=> ["a", "a", "a"]
"abc".scan(/./)  #=> ["a", "b", "c"]
"abc".scan(/x*/)  #=> ["", "", "", ""]
(r = []; "a1b2".scan(/\d/) { |m| r << m + $~.pre_match }; r)  #=> ["1a", "2a1b"]
"foo bar".scan(/(?<w>\w+)/)  #=> [["foo"], ["bar"]]
"a b c".split  #=> ["a", "b", "c"]
"  a  b ".split  #=> ["a", "b"]
" a b ".split(" ")  #=> ["a", "b"]
"a,b,c".split(",")  #=> ["a", "b", "c"]
"a,b,,".split(",")  #=> ["a", "b"]
"a,b,,".split(",", -1)  #=> ["a", "b", "", ""]
"a,b,c".split(",", 2)  #=> ["a", "b,c"]
"a, b;c".split(/[,;] ?/)  #=> ["a", "b", "c"]
"abc".split("")  #=> ["a", "b", "c"]
"abc".split("", 2)  #=> ["a", "bc"]
"abc".split(//)  #=> ["a", "b", "c"]
"a1b2c3".split(/\d/)  #=> ["a", "b", "c"]
"a1b2c3".split(/(\d)/)  #=> ["a", "1", "b", "2", "c", "3"]
"".split(",")  #=> []
"".split  #=> []
"abc".split(",")  #=> ["abc"]
"a b  c".split(" ", 2)  #=> ["a", "b  c"]
" a b".split(" ", 2)  #=> ["a", "b"]
"a b ".split(" ", -1)  #=> ["a", "b", ""]
"2024-01-02".split("-").map(&:to_i)  #=> [2024, 1, 2]
"key=value=x".split("=", 2)  #=> ["key", "value=x"]
"a,b".split(",", 1)  #=> ["a,b"]
"aXbXc".split("X", 0)  #=> ["a", "b", "c"]
"192.168.1.10".split(".")  #=> ["192", "168", "1", "10"]
"192.168.1.10".split(".")[0..2].join(".")  #=> "192.168.1"
"a\nb".split("\n")  #=> ["a", "b"]
"a||b".split("||")  #=> ["a", "b"]
"mississippi".split("ss")  #=> ["mi", "i", "ippi"]
"hello world".split("o", -2)  #=> ["hell", " w", "rld"]
"abc".split(/b/)  #=> ["a", "c"]
"abc".split(nil)  #=> ["abc"]
"a.b".split(1)  #=> TypeError: wrong argument type Integer (expected Regexp)
(r = []; "a,b".split(",") { |x| r << x }; r)  #=> ["a", "b"]
"1, 2, 3".split(/,\s*/)  #=> ["1", "2", "3"]
"ab12cd".split(/(?=\d)/)  #=> ["ab", "1", "2cd"]
"a\nb\n".lines  #=> ["a\n", "b\n"]
"a\nb".lines  #=> ["a\n", "b"]
"a\r\nb".lines  #=> ["a\r\n", "b"]
"a\nb\n".lines(chomp: true)  #=> ["a", "b"]
"a\r\nb\r\n".lines(chomp: true)  #=> ["a", "b"]
"a,b".lines(",")  #=> ["a,", "b"]
"".lines  #=> []
"a\n\nb".lines  #=> ["a\n", "\n", "b"]
"a\n\n\nb\n".lines("")  #=> ["a\n\n", "b\n"]
"a\nb\n".each_line.to_a  #=> ["a\n", "b\n"]
"a\nb\n".each_line(chomp: true).map(&:upcase)  #=> ["A", "B"]
"a\nb\n".each_line.with_index.map { |l, i| "#{i}#{l}" }  #=> ["0a\n", "1b\n"]
"abc".chars  #=> ["a", "b", "c"]
"héy".chars  #=> ["h", "é", "y"]
"abc".each_char.to_a  #=> ["a", "b", "c"]
"abc".each_char.with_index.map { |c, i| c * (i + 1) }  #=> ["a", "bb", "ccc"]
"abc".chars.each_slice(2).map(&:join)  #=> ["ab", "c"]
"abc".bytes  #=> [97, 98, 99]
"hello"=~/l(l)(o)/ && [$~[0], $1, $2, $3]  #=> ["llo", "l", "o", nil]
("hello" =~ /l/; [$`, $&, $'])  #=> ["he", "l", "lo"]
(if "web01" =~ /^([a-z]+)(\d+)$/ then [$1, $2.to_i] end)  #=> ["web", 1]
(case "foo.rb" when /\.py$/ then 1 when /\.(rb)$/ then $1 end)  #=> "rb"
("x" =~ /y/; $~)  #=> nil
"foo".match(/(.)(.)/).captures  #=> ["f", "o"]
"John Smith".match(/(?<first>\w+) (?<last>\w+)/).named_captures  #=> {"first"=>"John", "last"=>"Smith"}
"ab12".match(/[a-z]+(?<n>\d+)/)["n"]  #=> "12"
"hello".index("lo")  #=> 3
"héllo".index("l")  #=> 2
"a.b.c".rindex(".")  #=> 3
"a.b.c".split(".", -1)  #=> ["a", "b", "c"]
"abc".each_char { |c| c }  #=> "abc"
"ab\ncd".each_line.count  #=> 2
"aaa".index("a", 1)  #=> 1
"foo=1;bar=2".split(";").map { |kv| kv.split("=") }.to_h  #=> {"foo"=>"1", "bar"=>"2"}
"foo=1;bar=2".scan(/(\w+)=(\d+)/).to_h  #=> {"foo"=>"1", "bar"=>"2"}
(a = []; ["b\nc".lines { |l| a << l }, a])  #=> ["b\nc", ["b\n", "c"]]
(a = []; ["bc".chars { |l| a << l }, a])  #=> ["bc", ["b", "c"]]
