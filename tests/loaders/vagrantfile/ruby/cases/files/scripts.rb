$script = <<-SCRIPT
echo "start"
apt-get -y install #{%w[curl git].join(" ")}
SCRIPT
$other = <<~'SH'
  for i in $(seq 3); do
    echo "#{i}" \
      done
  done
SH
puts $script, $other
inline = [
  "set -e",
  "hostname #{"web"}",
].join(" && ")
puts inline
puts $script.lines.map(&:chomp).reject(&:empty?).size
lines = "a=1\nb=2\n# c\n".each_line.map(&:strip).reject { |l| l.start_with?("#") }
p lines.map { |l| l.split("=", 2) }.to_h

#> echo "start"
#> apt-get -y install curl git
#> for i in $(seq 3); do
#>   echo "#{i}" \
#>     done
#> done
#> set -e && hostname web
#> 2
#> {"a"=>"1", "b"=>"2"}
