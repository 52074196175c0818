p $PROGRAM_NAME == $0, $0.class, $;.inspect, $,.inspect, $/.inspect
"abc" =~ /b/
p $~.to_a, $`, $', $1
"zzz" =~ /b/
p $~
def m
  "x" =~ /(x)/
  $1
end
p m
p $*.class, ARGV.class
begin
  raise "a"
rescue
  p $!.message, $@.class
end
p $!

#> true
#> String
#> "nil"
#> "nil"
#> "\"\\n\""
#> ["b"]
#> "a"
#> "c"
#> nil
#> nil
#> "x"
#> Array
#> Array
#> "a"
#> Array
#> nil
