ENV["SERAI_CASE"] = "5"
count = (ENV["SERAI_CASE"] || 3).to_i
mem = ENV.fetch("SERAI_CASE_MEM", 1024).to_i
flag = %w[1 true yes].include?(ENV["SERAI_CASE_FLAG"].to_s.downcase)
p count, mem, flag, ENV.key?("SERAI_CASE"), ENV["SERAI_NOT_SET"]
ENV.delete("SERAI_CASE")
p ENV["SERAI_CASE"]
begin
  ENV.fetch("SERAI_NOT_SET")
rescue KeyError => e
  puts e.message
end

#> 5
#> 1024
#> false
#> true
#> nil
#> nil
#> key not found: "SERAI_NOT_SET"
