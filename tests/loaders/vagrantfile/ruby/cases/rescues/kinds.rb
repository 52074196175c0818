def t
  yield
rescue ArgumentError, TypeError => e
  "arg or type: #{e.message}"
rescue *[KeyError, IndexError] => e
  "key: #{e.class}"
rescue NameError
  "name"
rescue => e
  "other: #{e.class} #{e.message}"
else
  "fine"
ensure
  puts "always"
end
p t { raise ArgumentError, "a" }, t { raise TypeError }, t { {}.fetch(:x) }, t { foo }, t { raise "x" }, t { 1 }
p t { raise IOError.new("io") }, t { [].fetch(9) }, t { Integer("z") }, t { 1 / 0 }
begin
  begin
    raise Exception, "outer only"
  rescue => e
    p 1
  end
rescue Exception => e
  p e.message
end

#> always
#> always
#> always
#> always
#> always
#> always
#> "arg or type: a"
#> "arg or type: TypeError"
#> "key: KeyError"
#> "name"
#> "other: RuntimeError x"
#> "fine"
#> always
#> always
#> always
#> always
#> "other: IOError io"
#> "key: IndexError"
#> "arg or type: invalid value for Integer(): \"z\""
#> "other: ZeroDivisionError divided by 0"
#> "outer only"
