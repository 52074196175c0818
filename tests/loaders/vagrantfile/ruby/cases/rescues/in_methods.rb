class Resource
  attr_reader :log
  def initialize = @log = []
  def open
    @log << :open
    yield self
  rescue KeyError => e
    @log << e.class.name
    :rescued
  else
    @log << :fine
    :result
  ensure
    @log << :closed
  end
end
r = Resource.new
p r.open { 1 }, r.open { {}.fetch(:x) }
begin
  r.open { raise IOError, "disk" }
rescue IOError => e
  p e.message
end
p r.log
def attempts(max)
  tries = 0
  begin
    tries += 1
    yield tries
  rescue RuntimeError
    retry if tries < max
    raise
  end
end
p attempts(3) { |t| t < 3 ? raise("no") : t }
p (attempts(2) { raise "always" } rescue "gave up: #{$!.message}")
v = [1, 2, 0].map { |d| 10 / d rescue nil }
p v
def outer
  inner
rescue => e
  "#{e.class}: #{e.message}"
end
def inner = raise(ArgumentError)
p outer
p (begin
  Integer("12x")
rescue ArgumentError, TypeError
  "bad"
end)

#> :result
#> :rescued
#> "disk"
#> [:open, :fine, :closed, :open, "KeyError", :closed, :open, :closed]
#> 3
#> "gave up: always"
#> [10, 5, nil]
#> "ArgumentError: ArgumentError"
#> "bad"
