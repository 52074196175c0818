[1, 2, 3].shuffle(random: Random.new(42))  #=> [1, 2, 3]
[1, 2, 3, 4, 5].sample(random: Random.new(3))  #=> 3
(srand(5); [rand(10), rand(10), rand(1..6)])  #=> [3, 6, 1]
(srand(5); [1, 2, 3, 4, 5].shuffle)  #=> [5, 1, 2, 3, 4]
Random.new(1).rand(100)  #=> 37
Random.new(1).rand  #=> 0.417022004702574
Random.new(1).rand(1.5)  #=> 0.625533007053861
Random.new(42).rand(1.0..2.0)  #=> 1.3745401144950984
[rand.class, rand(5).class]  #=> [Float, Integer]
rand(1)  #=> 0
rand(3..3)  #=> 3
(0...10).include?(rand(10))  #=> true
(srand(1); a = rand(1000); srand(1); a == rand(1000))  #=> true
