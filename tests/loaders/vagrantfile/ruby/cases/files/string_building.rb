s = +""
s << "a" << "b"
s.concat("c", "d")
s += "e"
s.insert(0, ">").prepend("=")
p s, s.length, s[1..3], s[-1], s[0, 2], s.index("b"), s.start_with?("=>"), s.center(15, "*"), s.ljust(9, "."), s.chars.first(3)
p "a,b;c".split(/[,;]/), "x" * 3, "abc".succ, "az".next, "hello world".capitalize, "Hello".swapcase, "a-b_c".tr("-_", "  "), "aabb".squeeze, "abc".reverse, "a b".sub(" ", "_"), " x ".strip, "xxabxx".delete("x"), "%s=%p" % [:a, nil], "%-5s|%5.1f|%03d|%x|%+d" % ["a", 1.25, 7, 255, 3]
p "line1\nline2".lines, "a\tb".expand_tabs rescue p "no expand"
p "path/to/file.tar.gz".rpartition("/"), "k: v: w".partition(": "), "abc".each_char.to_a, "abc".unpack("C*"), "é".bytes, "abc".sum, "a".ord, 97.chr, "abc".include?("b"), "abc" <=> "abd", "abc".casecmp?("ABC"), "abc".eql?("abc"), "ab".hash == "ab".hash

#> "=>abcde"
#> 7
#> ">ab"
#> "e"
#> "=>"
#> 3
#> true
#> "****=>abcde****"
#> "=>abcde.."
#> ["=", ">", "a"]
#> ["a", "b", "c"]
#> "xxx"
#> "abd"
#> "ba"
#> "Hello world"
#> "hELLO"
#> "a b c"
#> "ab"
#> "cba"
#> "a_b"
#> "x"
#> "ab"
#> "a=nil"
#> "a    |  1.2|007|ff|+3"
#> "no expand"
#> ["path/to", "/", "file.tar.gz"]
#> ["k", ": ", "v: w"]
#> ["a", "b", "c"]
#> [97, 98, 99]
#> [195, 169]
#> 294
#> 97
#> "a"
#> true
#> -1
#> true
#> true
#> true
