# The other tools of coreutils: env, id, test, expr, date, sleep, timeout, nice, tee, yes, seq, nohup, nproc, stdbuf.
env -i A=1 B=2 sh -c 'echo $A$B'; env -u HOME sh -c 'echo ${HOME-unset}'
id -u; id -g; whoami; groups | wc -l
expr 6 \* 7; expr abcdef : 'abc\(.*\)'; expr 1 = 2; echo "status $?"
TZ=UTC date -d @1000000000 '+%F %T %Z %j %U'; TZ=America/New_York date -d @0 +%T
timeout 0.1 sleep 5; echo "timeout $?"; timeout 5 true; echo "in time $?"
timeout -s KILL 0.1 sleep 5; echo "killed $?"
nice -n 5 nice; nice
echo shared | tee one two >/dev/null; cat one two
yes word | head -3
true; false || echo "false $?"
test -d . -a ! -e missing && [ 3 -gt 2 ] && echo "tests"
printenv PATH | tr : '\n' | tail -1
nohup echo nohup 2>/dev/null
stdbuf -oL echo buffered
chroot / /bin/echo chrooted
uname -s; uname -m; arch
tty; echo "tty $?"
logname >/dev/null 2>&1; nproc | grep -c '[0-9]'
sleep 0.05 && echo slept
pwd -P | sed 's|/[^/]*$||'
hostid | wc -c; df / >/dev/null && echo "df"; stat -f -c %l / ; users | wc -l
mkdir d && cd d && cd .. && rmdir d && link one three && unlink three && echo "linked"
