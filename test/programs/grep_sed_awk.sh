# grep, sed and awk: expressions, options, in-place edits, programs with arrays, functions and pipes.
printf 'apple 3\nbanana 12\ncherry 7\nAPPLE pie 1\n' >fruit
grep -n apple fruit; grep -ci apple fruit; grep -vE '^[ab]' fruit; grep -o '[0-9]\+' fruit; grep -q zebra fruit; echo "status $?"
grep -P '(?<=n)a\b|y' fruit; grep -rl cherry .; grep -A1 -B1 banana fruit; grep -F . fruit; grep -w pie fruit; grep -m1 -c a fruit
sed -n '2p;$=' fruit; sed 's/\([a-z]*\) \([0-9]*\)/\2 \1/' fruit; sed -E '/^b/d;y/ac/AC/' fruit
sed -i.bak -e '1i\first' -e '$a\last' fruit; cat fruit; cmp -s fruit fruit.bak || echo "edited"
sed -n '/first/,/banana/{s/a/A/gp}' fruit; printf 'a\nb\nc\n' | sed 'N;s/\n/+/'; seq 5 | sed -n '2~2p'; seq 3 | sed '1!G;h;$!d'
for awk in mawk gawk; do
  command -v $awk >/dev/null || continue
  $awk '{ sum += $2; count[$1]++ } END { print NR, sum, length("x"), toupper("up") }' fruit.bak
  $awk -F'[ ]' 'NF > 1 && $2 > 5 { printf "%-8s|%4d\n", $1, $2 }' fruit.bak
  $awk 'function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } BEGIN { print f(20); print substr("kernel", 2, 3), index("abc", "c"), 2 ^ 10; "echo piped" | getline x; print x; print "to sort" | "sort"; close("sort"); exit 3 }'
  echo "status $?"
  seq 10000 | $awk '{ a[$1 % 7] += $1 } END { for (i = 0; i < 7; i++) print i, a[i] }'
done
