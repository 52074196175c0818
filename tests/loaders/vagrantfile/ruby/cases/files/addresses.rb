def next_ip(base, offset)
  parts = base.split(".").map(&:to_i)
  parts[-1] += offset
  parts.join(".")
end
p (0..2).map { |i| next_ip("10.0.0.250", i) }
hosts = %w[db web cache].each_with_index.map { |h, i| [h, next_ip("10.0.0.10", i)] }.to_h
p hosts
puts hosts.map { |h, ip| "#{ip}\t#{h}" }.join("\n")
mac = "525400%06x" % (0xab00 + 7)
p mac.scan(/../).join(":"), mac.upcase
p hosts.invert["10.0.0.11"], hosts.select { |k, _| k > "cache" }.keys, hosts.find { |_, ip| ip.end_with?("10") }

#> ["10.0.0.250", "10.0.0.251", "10.0.0.252"]
#> {"db"=>"10.0.0.10", "web"=>"10.0.0.11", "cache"=>"10.0.0.12"}
#> 10.0.0.10	db
#> 10.0.0.11	web
#> 10.0.0.12	cache
#> "52:54:00:00:ab:07"
#> "52540000AB07"
#> "web"
#> ["db", "web"]
#> ["db", "10.0.0.10"]
