cluster = {
  "master" => { :cpus => 2, :mem => 2048, :count => 1 },
  "worker" => { :cpus => 1, :mem => 1024, :count => 2 },
}
index = 10
cluster.each do |role, info|
  (1..info[:count]).each do |n|
    hostname = "%s-%02d" % [role, n]
    ip = "172.16.0.#{index += 1}"
    puts "#{hostname} #{ip} #{info[:cpus]}x#{info[:mem]}"
  end
end
total = cluster.inject(0) { |sum, (_, i)| sum + i[:count] * i[:mem] }
p total, cluster.values.map { |i| i[:cpus] }.max, cluster.map { |r, i| [r] * i[:count] }.flatten
p cluster.sort_by { |_, i| -i[:mem] }.first.first, cluster.each_with_object({}) { |(r, i), h| h[r.to_sym] = i[:count] }

#> master-01 172.16.0.11 2x2048
#> worker-01 172.16.0.12 1x1024
#> worker-02 172.16.0.13 1x1024
#> 4096
#> 2
#> ["master", "worker", "worker"]
#> "master"
#> {:master=>1, :worker=>2}
