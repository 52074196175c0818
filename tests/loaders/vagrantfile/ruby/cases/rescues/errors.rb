class AppError < StandardError
  attr_reader :code
  def initialize(msg = "app default", code: 1)
    super(msg)
    @code = code
  end
end
class Deep < AppError; end
begin
  raise AppError
rescue AppError => e
  p e.message, e.code, e.full_message.class
end
begin
  raise Deep.new("deep", code: 5)
rescue AppError => e
  p e.message, e.code, e.class, e.is_a?(StandardError), e.inspect
end
begin
  begin
    raise "first"
  rescue => e
    raise TypeError, "second"
  end
rescue => e
  p e.message, e.cause.message, e.cause.class
end
begin
  raise AppError.new, "given"
rescue => e
  p e.message
end
class Msg < StandardError
  def message = "own message"
end
begin
  raise Msg
rescue => e
  p e.message, e.to_s
end
begin
  raise 5
rescue TypeError => e
  p e.message
end
p (begin; raise; rescue RuntimeError => e; e.message; end)
begin
  begin
    raise "re"
  rescue => e
    raise
  end
rescue => e
  p e.message
end
p $!

#> "app default"
#> 1
#> String
#> "deep"
#> 5
#> Deep
#> true
#> "#<Deep: deep>"
#> "second"
#> "first"
#> RuntimeError
#> "given"
#> "own message"
#> "Msg"
#> "exception class/object expected"
#> ""
#> "re"
#> nil
