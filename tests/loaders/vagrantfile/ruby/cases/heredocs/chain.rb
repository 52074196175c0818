puts <<~A.lines.map { |l| "> #{l}" }.join
  x
  y
A
s = <<-EOF
  keep
    all
  EOF
p s

#> > x
#> > y
#> "  keep\n    all\n"
