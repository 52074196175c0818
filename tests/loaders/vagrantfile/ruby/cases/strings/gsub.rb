p "hello".gsub("l", "L"), "hello".gsub(/l/) { |m| m.upcase + $&.to_s }, "a1b2".gsub(/(\w)(\d)/, '\2\1'), "cat".gsub(/[aeiou]/, "a" => "4"), "x.y".gsub(".", "-"), "path".sub(/(?<f>p)/, '\k<f>\k<f>')
"k1=v1;k2=v2".scan(/(\w+)=(\w+)/) { |k, v| print k, v, " " }
puts
p "k1=v1".scan(/\w\d/), "2024-01-02".match(/(\d+)-(\d+)/).captures, "abc"[/b(c)/, 1], "foo bar" =~ /bar/, $~.pre_match, $'
s = "a-b"
s.gsub!("-", "+")
s.sub!(/a/) { "z" }
p s, s.sub!("none", ""), "tel: 555".slice(/\d+/), "aXbX".split("X"), "a b  c".split, "abc".tr("a-c", "A-C"), "hello"[1..-2], "hello"[10], "a\\b".gsub("\\", "/")

#> "heLLo"
#> "heLlLlo"
#> "1a2b"
#> "c4t"
#> "x-y"
#> "ppath"
#> k1v1 k2v2
#> ["k1", "v1"]
#> ["2024", "01"]
#> "c"
#> 4
#> "foo "
#> ""
#> "z+b"
#> nil
#> "555"
#> ["a", "b"]
#> ["a", "b", "c"]
#> "ABC"
#> "ell"
#> nil
#> "a/b"
