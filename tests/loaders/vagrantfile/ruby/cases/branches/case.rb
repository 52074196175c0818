def c(x)
  case x
  when 1, 2 then "one or two"
  when 3..5 then "range"
  when String, Symbol
    "text"
  when /never/ then 0
  when nil then "nil"
  when ->(n) { n.is_a?(Float) && n > 1 } then "lambda"
  when *[10, 11], 12 then "splat"
  when Hash then "hash"
  else
    "else"
  end
end
p [1, 2, 4, "s", :s, nil, 1.5, 11, 12, {}, 99].map { |x| c(x) }
p (case when 1 > 2 then :a when 2 > 1 then :b end)
p (case 5 when 6 then 1 end)
case "ubuntu/jammy64"
when /^ubuntu\/(\w+)/
  p $1
end
case RUBY_PLATFORM
when /linux/, /darwin/ then puts "unix"
when /mswin|mingw/ then puts "windows"
end
v = case
    when false then 1
    else 2
    end
p v

#> ["one or two", "one or two", "range", "text", "text", "nil", "lambda", "splat", "splat", "hash", "else"]
#> :b
#> nil
#> "jammy64"
#> unix
#> 2
