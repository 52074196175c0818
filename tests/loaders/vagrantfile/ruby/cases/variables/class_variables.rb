class Base
  @@count = 0
  def self.add = @@count += 1
  def count = @@count
end
class Derived < Base
  def more = @@count += 10
end
Base.add
p Derived.new.more, Base.new.count
begin
  class Base
    def bad = @@none
  end
  Base.new.bad
rescue NameError => e
  p e.message.lines.first.chomp
end

#> 11
#> 11
#> "uninitialized class variable @@none in Base"
