class V
  def open = hidden + self.hidden
  def other(o) = o.guarded
  def peek(o) = o.hidden
  private
  def hidden = 1
  protected
  def guarded = 2
  public
  def again = 3
  private def inline = 4
  def after = 5
  def self.make = new
  private_class_method :new
end
v = V.make
p v.open, v.other(V.make), v.again, v.after
%w[hidden guarded inline].each do |m|
  v.public_send(m)
rescue NoMethodError => e
  p e.message[/\A\w+ method `\w+'/]
end
begin
  v.peek(V.make)
rescue NoMethodError => e
  p e.message[/\A\w+ method `\w+'/]
end
p v.send(:hidden), v.respond_to?(:hidden), v.respond_to?(:hidden, true)
begin
  V.new
rescue NoMethodError => e
  p e.message
end
def top = 1
begin
  5.top
rescue NoMethodError => e
  p e.message
end

#> 2
#> 2
#> 3
#> 5
#> "private method `hidden'"
#> "protected method `guarded'"
#> "private method `inline'"
#> "private method `hidden'"
#> 1
#> false
#> true
#> "private method `new' called for V:Class"
#> "private method `top' called for 5:Integer"
