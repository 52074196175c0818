# Evaluates each line `expression  #=> anything` of a file, and writes it with what this Ruby says.
require "set"
require "stringio"

def answer(expression)
  said = $stdout
  $stdout = StringIO.new
  eval(expression, TOPLEVEL_BINDING.dup).inspect
rescue Exception => error
  "#{error.class}: #{error.message.lines.first.to_s.chomp}"
ensure
  $stdout = said
end

ARGF.each_line(chomp: true) do |line|
  next puts(line) if line.empty? || line.start_with?("#")
  expression = line.split("  #=> ", 2).first
  puts "#{expression}  #=> #{answer(expression)}"
end
