class Inventory
  Host = Struct.new(:name, :ip, :groups) do
    def to_s = "#{name} ansible_host=#{ip}"
  end
  def initialize = @hosts = []
  def add(name, ip, *groups)
    @hosts << Host.new(name, ip, groups)
    self
  end
  def [](group) = @hosts.select { |h| h.groups.include?(group) }
  def groups = @hosts.flat_map(&:groups).uniq.sort
  def to_ini
    groups.map { |g| "[#{g}]\n#{self[g].map(&:to_s).join("\n")}\n" }.join("\n")
  end
end
inv = Inventory.new.add("a", "1.1.1.1", "web", "all").add("b", "1.1.1.2", "db", "all")
puts inv.to_ini
p inv["web"].map(&:name), inv.groups

#> [all]
#> a ansible_host=1.1.1.1
#> b ansible_host=1.1.1.2
#>
#> [db]
#> b ansible_host=1.1.1.2
#>
#> [web]
#> a ansible_host=1.1.1.1
#> ["a"]
#> ["all", "db", "web"]
