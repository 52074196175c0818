def check(v)
  case v
  in Integer | Float => n if n > 100 then "huge #{n}"
  in Integer => n unless n < 0 then "int #{n}"
  in String => s if s.empty? then "empty"
  in { name: /^a/ => name, **opts } then "a-name #{name} #{opts}"
  in { name: String } | { title: String } then "named"
  in [Integer, Integer] => pair then "pair #{pair}"
  in [[x, y], *] then "nested #{x} #{y}"
  in [:cmd, { args: [first, *rest] }] then "cmd #{first} #{rest}"
  in true | false => b then "bool #{b}"
  in 1.0..2.0 then "range"
  in _ then "any"
  end
end
[500, 5, -1, "", "x", { name: "abc", z: 1 }, { name: "b" }, { title: "t" }, [1, 2], [[3, 4], 5], [:cmd, { args: [1, 2, 3] }], true, 1.5, nil].each { |v| puts check(v) }
data = { user: { roles: [{ name: "admin" }, { name: "dev" }] } }
case data
in { user: { roles: [*, { name: "dev" => role }] } }
  puts role
end
in_check = { a: 1 } in { a: String }
p in_check

#> huge 500
#> int 5
#> any
#> empty
#> any
#> a-name abc {:z=>1}
#> named
#> named
#> pair [1, 2]
#> nested 3 4
#> cmd 1 [2, 3]
#> bool true
#> range
#> any
#> dev
#> {:a=>1}
