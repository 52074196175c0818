N = 3
SUBNET = "192.168.56"
nodes = (1..N).map do |i|
  { name: "node#{i}", ip: "#{SUBNET}.#{10 + i}", memory: i == 1 ? 2048 : 1024 }
end
nodes.each_with_index do |node, index|
  primary = index.zero?
  puts format("%-8s %s %5d%s", node[:name], node[:ip], node[:memory], primary ? " *" : "")
end
groups = { "control" => [nodes.first[:name]], "workers" => nodes.drop(1).map { |n| n[:name] } }
puts groups.map { |k, v| "#{k}: #{v.join(',')}" }
puts "total #{nodes.sum { |n| n[:memory] }}"

#> node1    192.168.56.11  2048 *
#> node2    192.168.56.12  1024
#> node3    192.168.56.13  1024
#> control: node1
#> workers: node2,node3
#> total 4096
