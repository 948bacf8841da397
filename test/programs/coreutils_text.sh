# Text tools of coreutils: sort, uniq, cut, paste, join, comm, tr, head, tail, nl, fold, fmt, tac, split and more.
set -eu
seq 1 20 | sort -R --random-source=/bin/ls | sort -n | tail -3
printf 'b 2\na 1\nc 3\na 9\n' >data
sort data | uniq -c -w1
sort -k2,2nr data
cut -d' ' -f2 data | paste -sd+
printf 'a x\nb y\n' >left; printf 'a 1\nb 2\n' >right
join left right; paste left right
comm -12 left left; comm -3 left right
tr a-z A-Z <data | tac
head -c 5 data | od -c
head -n -2 data; tail -n +3 data; tail -c 4 data
nl -ba data
echo 'a long line that is to be folded and formatted' | fold -sw 10
echo 'words to be filled into short lines' | fmt -w 12
expand data | unexpand -a | wc
seq 100 | split -l 30 - part. && wc -l part.*
printf '3\n1\n2\n' | sort -c 2>/dev/null || echo "not sorted"
seq 5 | shuf --random-source=/bin/ls | sort -n | pr -t -2
printf 'x\ty\n' | cat -A
echo 'hello' | rev 2>/dev/null || true
printf '%s %d %x %5.2f %b\n' text 42 255 3.14159 'a\tb'
seq 6 >six && csplit -s six /3/ /5/ && cat xx00 && wc -l xx01 xx02
tsort <<END
a b
b c
END
numfmt --to=iec 1048576 123456789
factor 1234567890 97
seq -s, 1 2 9
base64 <data | base64 -d | cmp - data && echo "base64"
base32 <data | base32 -d | cmp - data && echo "base32"
ptx -G <left | head -2 | wc -l
