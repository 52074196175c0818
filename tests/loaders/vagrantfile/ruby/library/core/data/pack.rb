[1, 2, 3].pack("C*").bytes  #=> [1, 2, 3]
["abc"].pack("a5").bytes  #=> [97, 98, 99, 0, 0]
[1].pack("N").bytes  #=> [0, 0, 0, 1]
[1, 2].pack("n*").bytes  #=> [0, 1, 0, 2]
["abc"].pack("m0")  #=> "YWJj"
["hello"].pack("m")  #=> "aGVsbG8=\n"
["616263"].pack("H*")  #=> "abc"
[97, 98].pack("U*")  #=> "ab"
"abc".unpack("C*")  #=> [97, 98, 99]
"abc".unpack1("a2")  #=> "ab"
"\x00\x00\x01\x00".unpack1("N")  #=> 256
"YWJj".unpack1("m")  #=> "abc"
"abc".unpack("a1 a1")  #=> ["a", "b"]
[192, 168, 0, 1].pack("C4").unpack1("N")  #=> 3232235521
[3232235521].pack("N").unpack("C4").join(".")  #=> "192.168.0.1"
