Encoding.default_external = "utf-8"
Encoding.default_external = Encoding::UTF_8
p Encoding.default_external.name, Encoding.find("ascii").to_s
Encoding.default_internal = nil
p Encoding.default_internal
begin
  Encoding.default_external = "none-such"
rescue ArgumentError => e
  p e.message
end

#> "UTF-8"
#> "US-ASCII"
#> nil
#> "unknown encoding name - none-such"
