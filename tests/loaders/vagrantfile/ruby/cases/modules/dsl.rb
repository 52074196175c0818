class Dsl
  attr_reader :out
  def initialize(&block)
    @out = []
    instance_eval(&block) if block
  end
  def machine(name, **opts, &block)
    @out << [name, opts]
    Dsl.new(&block).out.each { |o| @out << o } if block
  end
  def method_missing(name, *args)
    @out << [name, *args]
  end
  def respond_to_missing?(*) = true
end
d = Dsl.new do
  machine "web", cpus: 2 do
    memory 512
    name = "x"
    label name
  end
  box "debian"
end
p d.out

#> [["web", {:cpus=>2}], [:memory, 512], [:label, "x"], [:box, "debian"]]
