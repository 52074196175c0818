def risky(n)
  yield n
rescue ZeroDivisionError, TypeError => e
  "#{e.class}"
rescue => e
  raise
else
  :ok
ensure
  print "[#{n}]"
end
p risky(1) { 1 / 0 }, risky(2) { 1 + nil rescue "inner" }, risky(3) { 5 }
begin
  risky(4) { raise "up" }
rescue => e
  p e.message
end
result = [1, 0, nil].map do |d|
  10 / d
rescue ZeroDivisionError
  :inf
rescue TypeError
  :type
end
p result
class Custom < StandardError
  def initialize(field)
    @field = field
    super("bad #{field}")
  end
  attr_reader :field
end
begin
  raise Custom.new(:name)
rescue Custom => err
  p err.message, err.field
end
begin
  raise Custom, "direct"
rescue Custom => err
  p err.message
end
KINDS = [ArgumentError, KeyError]
begin
  raise KeyError, "listed"
rescue *KINDS => e
  p e.message
end
x = begin
  Integer("5")
rescue
  0
else
  7
end
p x
@saved = nil
begin
  raise "ivar"
rescue => @saved
end
p @saved.message
p((raise "x" rescue $!.message))
begin
  begin
    raise "a"
  ensure
    p :cleanup
  end
rescue => e
  p e.message
end
def nested_return
  begin
    return :from_body
  ensure
    p :ensure_ran
  end
end
p nested_return

#> [1][2][3]"ZeroDivisionError"
#> :ok
#> :ok
#> [4]"up"
#> [10, :inf, :type]
#> "bad name"
#> :name
#> "bad direct"
#> "listed"
#> 7
#> "ivar"
#> "x"
#> :cleanup
#> "a"
#> :ensure_ran
#> :from_body
