roles = { web: 2, db: 1, cache: 0 }
roles.each do |role, n|
  if n.zero?
    puts "skip #{role}"
    next
  elsif n == 1 then
    puts "one #{role}"
  else
    (1..n).each do |i|
      puts "#{role}-#{i}" unless i > 5
    end
  end
end

#> web-1
#> web-2
#> one db
#> skip cache
