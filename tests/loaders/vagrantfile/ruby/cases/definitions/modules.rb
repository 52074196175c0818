module Util
  LEVEL = 3
  def self.up(x) = x.upcase
  def helper = "help #{LEVEL}"
  module_function
  def mf(x) = x * 2
  module Deep
    def deep = :deep
  end
end
p Util.up("a"), Util.mf(2), Util::LEVEL
class User
  include Util
  include Util::Deep
  def go = [helper, mf(3), deep, LEVEL]
end
p User.new.go, User.include?(Util), User.new.is_a?(Util)
module Plug
  def self.included(base)
    base.extend(ClassMethods)
  end
  module ClassMethods
    def plugged = "plugged #{name}"
  end
end
class P
  include Plug
end
p P.plugged
module Self
  extend self
  def hi = :hi
end
p Self.hi
o = Object.new
o.extend(Self)
p o.hi, o.singleton_class.include?(Self)
module Pre
  def call = "pre(#{super})"
end
class Q
  prepend Pre
  def call = "q"
end
p Q.new.call, Q.ancestors.first(2)
class Base
  def self.inherited(k)
    (@subs ||= []) << k.name
    super
  end
  def self.subs = @subs
end
class S1 < Base; end
class S2 < Base; end
p Base.subs
include Util
p helper

#> "A"
#> 4
#> 3
#> ["help 3", 6, :deep, 3]
#> true
#> true
#> "plugged P"
#> :hi
#> :hi
#> true
#> "pre(q)"
#> [Pre, Q]
#> ["S1", "S2"]
#> "help 3"
