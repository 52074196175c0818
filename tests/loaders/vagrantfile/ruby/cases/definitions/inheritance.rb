class Base
  attr_reader :opts
  DEFAULTS = { a: 1 }
  def initialize(**opts) = @opts = self.class::DEFAULTS.merge(opts)
  def describe = "#{self.class.name.downcase}: #{parts.join(" ")}"
  def parts = opts.map { |k, v| "#{k}=#{v}" }
  def self.create(...) = new(...)
  def self.kinds = @kinds ||= []
  def self.inherited(sub)
    super
    Base.kinds << sub.name
  end
end
class Web < Base
  DEFAULTS = Base::DEFAULTS.merge(port: 80)
  def parts = super + ["web"]
end
class Proxy < Web
  DEFAULTS = superclass::DEFAULTS.merge(port: 443)
  def initialize(name, **rest)
    super(**rest)
    @name = name
  end
  def parts = [@name, *super]
  undef_method :opts rescue nil
end
puts Web.create(b: 2).describe, Base.new.describe
p Base.kinds, Proxy.superclass, Proxy.ancestors.take(3), Web.instance_method(:parts).owner, Proxy.new("p").is_a?(Base)
begin
  Proxy.new("p", z: 1).describe
rescue NoMethodError, NameError => e
  puts e.message[/undefined (local variable or )?method `opts'/]
end
p Class.new(Web).new.describe rescue p "anonymous"
p Proxy.instance_methods(false).sort, Web.new.respond_to?(:describe), Web.method_defined?(:parts), Web.allocate.class

#> web: a=1 port=80 b=2 web
#> base: a=1
#> ["Web", "Proxy"]
#> Web
#> [Proxy, Web, Base]
#> Web
#> true
#> undefined local variable or method `opts'
#> "anonymous"
#> [:parts]
#> true
#> true
#> Web
