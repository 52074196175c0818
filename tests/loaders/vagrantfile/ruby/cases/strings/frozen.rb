# -*- coding: utf-8 -*-
# frozen_string_literal: true

s = "abc"
begin
  s << "d"
rescue FrozenError => e
  p e.message
end
t = "a#{1}b"
t << "c"
p t, s.frozen?, t.frozen?, s.dup.frozen?, (+s).frozen?, "x".upcase.frozen?, <<~X.frozen?
  heredoc
X

#> "can't modify frozen String: \"abc\""
#> "a1bc"
#> true
#> false
#> false
#> false
#> false
#> true
