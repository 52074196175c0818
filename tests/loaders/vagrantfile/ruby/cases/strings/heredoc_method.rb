def run(text, options = {})
  p text, options
end
run <<~SHELL, privileged: false
  apt-get update
  echo "hi #{1 + 2}"
SHELL
run(<<-SHELL.gsub(/^ +/, "").strip)
    a
    b
SHELL
h = { script: <<~S, n: 1 }
  x
S
p h

#> "apt-get update\necho \"hi 3\"\n"
#> {:privileged=>false}
#> "a\nb"
#> {}
#> {:script=>"x\n", :n=>1}
