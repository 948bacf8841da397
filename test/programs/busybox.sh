# busybox: its shell and applets, static or not.
exec busybox sh -c '
seq 5 | busybox tac | busybox tr "\n" " "; echo
busybox echo hello | busybox sed s/l/L/g | busybox awk "{ print length(\$0), \$0 }"
busybox mkdir -p a/b; busybox touch a/b/f; busybox find a | busybox sort
busybox tar -cf t.tar a; busybox tar -tf t.tar | busybox sort; busybox gzip t.tar; busybox gunzip -c t.tar.gz | busybox wc -c
echo text | busybox md5sum; busybox expr 3 + 4; busybox test -d a && echo dir; busybox ls -1 a
printf "b\na\n" | busybox sort | busybox head -n 1; busybox grep -c a /etc/passwd >/dev/null && echo grep
busybox dd if=/dev/zero bs=1k count=3 2>/dev/null | busybox wc -c; busybox stat -c %a a/b/f
busybox sleep 0.1 & wait; i=0; while [ $i -lt 100 ]; do i=$((i + 1)); done; echo $i; busybox id -u; busybox basename /x/y
busybox vi --help >/dev/null 2>&1; busybox printf "%03d\n" 7; busybox xargs echo <t.tar.gz >/dev/null 2>&1; busybox cmp t.tar.gz t.tar.gz && echo same
exit 4'
