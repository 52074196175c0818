raise "too old" if RUBY_VERSION < "2.0"
raise "no" unless defined?(RUBY_VERSION)
host_os = RbConfig::CONFIG["host_os"]
os = case host_os
     when /linux/ then :linux
     when /darwin/ then :mac
     when /mswin|mingw|cygwin/ then :windows
     end
p os
begin
  require "this_gem_is_not_there"
  puts "there"
rescue LoadError
  puts "fallback"
end
value = Integer("0x1F", 16) rescue nil
p value
p [nil, "", " ", "x"].map { |v| v.to_s.strip.empty? }
conf = nil
puts conf&.fetch(:a) || "default"
puts (conf || {}).fetch(:a, "none")

#> :linux
#> fallback
#> 31
#> [true, true, true, false]
#> default
#> none
