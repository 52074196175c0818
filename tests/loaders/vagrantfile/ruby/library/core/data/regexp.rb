/a/.source  #=> "a"
/a\/b/.source  #=> "a/b"
/a/i.options  #=> 1
/a/mix.options  #=> 7
/a/mi.to_s  #=> "(?mi-x:a)"
/a/.to_s  #=> "(?-mix:a)"
/a/.inspect  #=> "/a/"
/a\/b/i.inspect  #=> "/a\\/b/i"
%r{a/b}.inspect  #=> "/a\\/b/"
Regexp.new("a.b")  #=> /a.b/
Regexp.new("a", Regexp::IGNORECASE)  #=> /a/i
Regexp.new("a", true)  #=> /a/i
Regexp.new(/a/i)  #=> /a/i
Regexp.new("(")  #=> RegexpError: end pattern with unmatched parenthesis: /(/
Regexp.new("[")  #=> RegexpError: premature end of char-class: /[/
Regexp.new("*")  #=> RegexpError: target of repeat operator is not specified: /*/
Regexp.escape("a.b*c")  #=> "a\\.b\\*c"
Regexp.escape("a b\nc-d")  #=> "a\\ b\\nc\\-d"
Regexp.quote("[x]")  #=> "\\[x\\]"
Regexp.union("a.b", "c")  #=> /a\.b|c/
Regexp.union(/a/i, /b/)  #=> /(?i-mx:a)|(?-mix:b)/
Regexp.union(["x", /y/])  #=> /x|(?-mix:y)/
Regexp.union  #=> /(?!)/
Regexp.union("a", :b)  #=> TypeError: no implicit conversion of Symbol into String
/a/ == /a/  #=> true
/a/ == /a/i  #=> false
/a/.eql?(/a/)  #=> true
/a/ === "cat"  #=> true
/a/ === :cat  #=> true
/a/ === nil  #=> false
/a/ === 5  #=> false
/a/ =~ "cat"  #=> 1
/a/ =~ nil  #=> nil
/a/.match("cat")  #=> #<MatchData "a">
/a/.match(nil)  #=> nil
/a/.match?("cat")  #=> true
/a/.match?(nil)  #=> false
/a/.match("cat", 2)  #=> nil
/(?<x>.)/.names  #=> ["x"]
/(?<x>.)(?<y>.)/.named_captures  #=> {"x"=>[1], "y"=>[2]}
/a/.casefold?  #=> false
/a b/x =~ "ab"  #=> 0
/A/i =~ "cat"  #=> 1
/a.b/ =~ "a\nb"  #=> nil
/a.b/m =~ "a\nb"  #=> 0
/^b/ =~ "a\nb"  #=> 2
/\Ab/ =~ "a\nb"  #=> nil
/a$/ =~ "a\nb"  #=> 0
/a\z/ =~ "a\n"  #=> nil
/a\Z/ =~ "a\n"  #=> 0
/[[:space:]]/ =~ "a b"  #=> 1
/\bfoo\b/ =~ "a foo b"  #=> 2
/\Bo/ =~ "foo"  #=> 1
/a{2}/ =~ "caat"  #=> 1
/(?=b)b/ =~ "ab"  #=> 1
/a(?!b)/ =~ "abac"  #=> 2
/(?<=a)b/ =~ "ab"  #=> 1
/(?<!a)b/ =~ "abcb"  #=> 3
/(?<=a|bc)d/ =~ "bcd"  #=> 2
/(?i)ABC/ =~ "xabc"  #=> 1
/a(?i)b|c/ =~ "aB"  #=> 0
/a(?i:B)c/ =~ "abc"  #=> 0
/a(?-i:B)c/i =~ "AbC"  #=> nil
/[\]]/ =~ "a]"  #=> 1
/[]]/ =~ "a]" rescue 1  #=> 1
/\// =~ "a/b"  #=> 1
/\./ =~ "a.b"  #=> 1
/#{"a"}b/ =~ "ab"  #=> 0
/#{Regexp.escape("a.b")}/ =~ "axb"  #=> nil
(x = /b/i; /a#{x}c/ =~ "aBc")  #=> 0
/\A[a-z][a-z0-9-]*\z/.match?("web-01")  #=> true
/(?<a>\d)(?<b>x)?/.match("1")  #=> #<MatchData "1" a:"1" b:nil>
(if /(?<year>\d+)-(?<mon>\d+)/ =~ "2024-05" then [year, mon] end)  #=> ["2024", "05"]
(case "abc" when /^a/ then "yes" else "no" end)  #=> "yes"
["a1", "b", "c3"].grep(/\d/)  #=> ["a1", "c3"]
["a1", "b", "c3"].grep(/(\d)/) { $1.to_i }  #=> [1, 3]
["a1", "b", "c3"].grep_v(/\d/)  #=> ["b"]
("abc" =~ /b/; Regexp.last_match(0))  #=> "b"
/\u00e9/ =~ "é"  #=> 0
/\x41/ =~ "A"  #=> 0
/\t/ =~ "a\tb"  #=> 1
/[\t ]/ =~ "a\tb"  #=> 1
/^\s*#/.match?("  # c")  #=> true
/^$/ =~ "a\n\nb"  #=> 2
/(?<!\\)"/ =~ 'a\\"b"'  #=> 4
/\\/ =~ "a\\b"  #=> 1
/a(?#comment)b/ =~ "ab"  #=> 0
/é/i =~ "É"  #=> 0
