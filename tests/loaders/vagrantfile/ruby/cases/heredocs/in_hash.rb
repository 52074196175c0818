config = {
  text: <<~A,
    one
  A
  other: "x",
  last: <<~B
    two
  B
}
p config

#> {:text=>"one\n", :other=>"x", :last=>"two\n"}
