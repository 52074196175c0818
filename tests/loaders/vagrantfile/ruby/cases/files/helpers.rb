def machine(name, options = {}, &block)
  config = { cpus: 1, memory: 512 }.merge(options)
  block.call(config) if block
  yield config if block_given? && false
  puts "#{name}: #{config.sort_by { |k, _| k }.map { |k, v| "#{k}=#{v.inspect}" }.join(' ')}"
end
machine "a"
machine "b", memory: 1024
machine("c", cpus: 2) do |c|
  c[:tags] = %w[x y]
end
machine :d, { gui: true }
%i[e f].each { |n| machine n, index: n.to_s.ord - "a".ord }

#> a: cpus=1 memory=512
#> b: cpus=1 memory=1024
#> c: cpus=2 memory=512 tags=["x", "y"]
#> d: cpus=1 gui=true memory=512
#> e: cpus=1 index=4 memory=512
#> f: cpus=1 index=5 memory=512
