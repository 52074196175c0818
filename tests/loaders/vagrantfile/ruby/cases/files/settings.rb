defaults = {
  "box" => "debian/bookworm64",
  "memory" => 512,
  "networks" => [{ "type" => "private_network", "ip" => "10.0.0.2" }],
}
custom = { "memory" => 1024, "extra" => nil }
settings = defaults.merge(custom) { |key, old, new| new.nil? ? old : new }
settings["cpus"] ||= 2
settings.each do |key, value|
  case value
  when Array then value.each { |v| puts "#{key}: #{v.map { |k, x| "#{k}=#{x}" }.join(' ')}" }
  when nil then puts "#{key}: -"
  else puts "#{key}: #{value}"
  end
end
puts settings.fetch("missing", "none"), settings.fetch("other") { |k| "no #{k}" }
puts settings.key?("box"), settings.dig("networks", 0, "ip")

#> box: debian/bookworm64
#> memory: 1024
#> networks: type=private_network ip=10.0.0.2
#> extra: -
#> cpus: 2
#> none
#> no other
#> true
#> 10.0.0.2
