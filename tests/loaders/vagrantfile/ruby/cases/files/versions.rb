def at_least?(have, want) = (have.split(".").map(&:to_i) <=> want.split(".").map(&:to_i)) >= 0
p at_least?("2.3.4", "2.2.19"), at_least?("2.3.4", "2.4"), at_least?("1.8", "1.8")
name = "ubuntu/jammy64"
user, box = name.split("/")
p user, box, box[/\d+/], box.sub(/\d+$/, ""), name.tr("/", "-"), name =~ /jammy/ ? :yes : :no
if name =~ %r{\A(\w+)/(\w+?)(\d+)\z}
  p $1, $2, $3
end
p name.match(/(?<who>\w+)\//)[:who], name.match?(/focal/), name.gsub(/[aeiou]/) { |v| v.upcase }
p "box_version".split("_").map(&:capitalize).join, "HTTPProxy".gsub(/([a-z])([A-Z])/, '\1_\2').downcase

#> true
#> false
#> true
#> "ubuntu"
#> "jammy64"
#> "64"
#> "jammy"
#> "ubuntu-jammy64"
#> :yes
#> "ubuntu"
#> "jammy"
#> "64"
#> "ubuntu"
#> false
#> "UbUntU/jAmmy64"
#> "BoxVersion"
#> "httpproxy"
