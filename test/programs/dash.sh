# dash: the POSIX shell language, with traps, redirections, subshells and background jobs.
exec dash -c '
set -eu
f() { echo "f $# $1"; return 4; }
f a b || echo "returned $?"
i=0; while [ $i -lt 3 ]; do i=$((i + 1)); printf "%d " $i; done; echo
case abc.txt in *.txt) echo text ;; *) echo other ;; esac
x=$(echo out; echo err >&2) 2>/dev/null; echo "$x"
{ echo to three >&3; } 3>&1 | cat
cat <<EOT
$(printf "%05d" 42) \$HOME
EOT
(trap "echo leaving" EXIT; exit 2) || echo "status $?"
sh -c "trap \"echo got it\" USR1; kill -USR1 \$\$; echo after"
sleep 0.05 & wait $!; echo "background $?"
sh -c "kill -9 \$\$" || echo "signal status $?"
umask 027; umask
set -- one two three; shift; echo "$*"
exit 5' 2>/dev/null
