p :"a b".to_proc.call("x") rescue p "no"
x = "n"
p :"#{x}1", "#{x}".to_sym
p %w[a b].map(&:to_sym)

#> "no"
#> :n1
#> :n
#> [:a, :b]
