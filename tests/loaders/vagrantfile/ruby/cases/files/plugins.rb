required = %w[vagrant-one vagrant-two]
installed = ["vagrant-one"]
missing = required.reject { |p| installed.include?(p) }
unless missing.empty?
  puts "missing: #{missing.join(", ")}"
end
required.each do |plugin|
  next if installed.include? plugin
  puts "install #{plugin}"
end
puts "all there" if (required - installed).empty?
exec_it = false
system("true") if exec_it
puts required.all? { |p| p =~ /^vagrant-/ }, required.any?(&:empty?), required.none? { |p| p.nil? }

#> missing: vagrant-two
#> install vagrant-two
#> true
#> false
#> true
