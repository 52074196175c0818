s = "héllo wörld ✓"
p s, s.length, s.upcase, s.reverse, s[1], s.bytes.size, s.index("w"), s.encoding.to_s, s.valid_encoding?
p "ünï".unicode_normalize(:nfc) == "ünï", "a".force_encoding("UTF-8"), "日本".chars, "\u00e9" == "é", "é".ord
puts "→ arrows", "tab\there"
p :"é", { é: 1 }, "é".inspect, 'é', %w[é à]
été = 1
p été

#> "héllo wörld ✓"
#> 13
#> "HÉLLO WÖRLD ✓"
#> "✓ dlröw olléh"
#> "é"
#> 17
#> 6
#> "UTF-8"
#> true
#> true
#> "a"
#> ["日", "本"]
#> true
#> 233
#> → arrows
#> tab	here
#> :é
#> {:é=>1}
#> "\"é\""
#> "é"
#> ["é", "à"]
#> 1
