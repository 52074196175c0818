def log(text, level: :info, to: "#{level}.log") = [text, level, to]
p log("x"), log("x", level: :warn), log("x", to: 1)
def opts(o = {}, *rest) = [o, rest]
p opts, opts({ a: 1 }), opts({ a: 1 }, 2)
def each_machine(count = 2)
  return to_enum(:each_machine, count) unless block_given?
  count.times { |i| yield "node#{i}", 10 + i }
end
each_machine { |n, ip| p [n, ip] }
each_machine(1) { |*all| p all }

#> ["x", :info, "info.log"]
#> ["x", :warn, "warn.log"]
#> ["x", :info, 1]
#> [{}, []]
#> [{:a=>1}, []]
#> [{:a=>1}, [2]]
#> ["node0", 10]
#> ["node1", 11]
#> ["node0", 10]
