# ps, pgrep, uptime, free and others read /proc.
ps -o comm= -p $$; ps -e >/dev/null && echo "ps"; ps -o stat= -p $$ | cut -c1; sleep 5 & pgrep -P $$ sleep | wc -l; kill $!; wait $! 2>/dev/null; echo "status $?"
free >/dev/null && echo "free"; uptime >/dev/null && echo "uptime"; top -b -n1 >/dev/null && echo "top"; vmstat >/dev/null 2>&1 && echo "vmstat"
cat /proc/self/comm; grep -c ^processor /proc/cpuinfo | grep -c '[1-9]'; test -r /proc/self/maps && echo "maps"; ls /proc/$$/fd | head -3 | tr '\n' ' '; echo
mount >/dev/null && echo "mount"; df /tmp >/dev/null && echo "df"; pidof -s sh >/dev/null && echo "pidof"; ls -d /sys/kernel /dev/pts /dev/shm; hostname | wc -l; getconf PAGESIZE; ulimit -Sn >/dev/null && echo "ulimit"
