class Config
  @settings = {}
  class << self
    attr_accessor :settings
    def set(k, v)
      settings[k] = v
      self
    end
    alias put set
    def [](k) = settings[k]
  end
end
Config.set(:a, 1).put(:b, 2)
p Config[:a], Config.settings
class Once
  def self.instance = @instance ||= new
  private_class_method :new
end
p Once.instance.equal?(Once.instance)
x = Object.new
class << x
  def hi = "singleton"
  attr_accessor :v
end
x.v = 3
p x.hi, x.v
module Tools
  class << self
    def a = b
    private def b = :private
  end
end
p Tools.a
p (Tools.b rescue "private")

#> 1
#> {:a=>1, :b=>2}
#> true
#> "singleton"
#> 3
#> :private
#> "private"
