begin
  exit 3
rescue SystemExit => e
  p e.status, e.success?, e.message
end
begin
  abort
rescue SystemExit => e
  p e.status
end
begin
  abort "stop"
rescue SystemExit => e
  p e.message
end
begin
  require "no_such_gem_at_all"
rescue LoadError => e
  p e.message
end
begin
  def deep = raise(NotImplementedError)
  deep
rescue NotImplementedError => e
  p e.class, e.is_a?(StandardError)
end

#> 3
#> false
#> "exit"
#> 1
#> "stop"
#> "cannot load such file -- no_such_gem_at_all"
#> NotImplementedError
#> false
