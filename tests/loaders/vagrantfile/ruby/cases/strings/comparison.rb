p "a" == "a", "a".eql?("a"), "a".equal?("a"), "a" <=> "b", "a" < "b", "abc".between?("abb", "abd"), "a".casecmp("A"), "apple".start_with?("app", "x"), "file.rb".end_with?(".rb", ".py")
p "abc".include?("b"), "hello" =~ /ll/, "hello".count("l"), "hello".index("l", 3), "hello".rindex("l"), "a,b".split(",", -1), ",a,".split(","), "abc".each_char.with_index.map { |c, i| c * i }
p "Hello World".scan(/o/).length, "x".ord.chr, "abc".hash == "abc".hash, "".empty?, " ".strip.empty?, "a\n".chomp, "abc".chop, "abc".chomp("c"), "path/".delete_suffix("/"), "v1".delete_prefix("v")

#> true
#> true
#> false
#> -1
#> true
#> true
#> 0
#> true
#> true
#> true
#> 2
#> 2
#> 3
#> 3
#> ["a", "b"]
#> ["", "a"]
#> ["", "b", "cc"]
#> 2
#> "x"
#> true
#> true
#> true
#> "a"
#> "ab"
#> "ab"
#> "path"
#> "1"
