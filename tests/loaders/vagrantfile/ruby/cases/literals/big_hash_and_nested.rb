config = {
  "machines" => {
    "web" => { "cpus" => 2, "disks" => [{ "size" => "10G" }, { "size" => "20G", "bus" => "virtio" }] },
    "db" => { "cpus" => 4, "env" => { "PGDATA" => "/data" }, "tags" => %w[primary backup] },
  },
  :symbols => { if: 1, "quoted key": 2, "dash-key": 3 },
  1 => :one, 1.5 => "float", nil => "nil", [1, 2] => "array", { a: 1 } => "hash", (1..2) => "range",
}
p config.keys.map(&:class), config["machines"]["web"]["disks"].last["size"], config.dig("machines", "db", "tags", 0)
p config[1], config[1.5], config[nil], config[[1, 2]], config[{ a: 1 }], config[1..2], config[:symbols][:"dash-key"], config["missing"]
config["machines"].each { |n, m| puts "#{n}: #{m["cpus"]} #{m.fetch("disks", []).map { |d| d["size"] }.join("+")}" }
p config["machines"].transform_values { |m| m["cpus"] }.sum { |_, c| c }
p config[:symbols]
deep = config.merge("machines" => config["machines"].merge("cache" => {})) { |k, a, b| [a.size, b.size] }
p deep["machines"].class, deep.size
x = { a: { b: { c: 1 } } }
x[:a][:b][:d] = 2
x[:a].delete(:b) if x[:a][:b][:c] > 5
p x, x.to_a.flatten(1), x[:a].frozen?

#> [String, Symbol, Integer, Float, NilClass, Array, Hash, Range]
#> "20G"
#> "primary"
#> :one
#> "float"
#> "nil"
#> "array"
#> "hash"
#> "range"
#> 3
#> nil
#> web: 2 10G+20G
#> db: 4
#> 6
#> {:if=>1, :"quoted key"=>2, :"dash-key"=>3}
#> Array
#> 8
#> {:a=>{:b=>{:c=>1, :d=>2}}}
#> [:a, {:b=>{:c=>1, :d=>2}}]
#> false
