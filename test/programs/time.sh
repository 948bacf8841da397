# GNU time and the shell's: exit codes of what they ran, formats, resources.
/usr/bin/time -f 'status %x' sh -c 'exit 3' 2>&1; echo "status $?"
/usr/bin/time -f '%C' true 2>&1; /usr/bin/time -o /dev/stdout -f 'majors and minors' true | cat
/usr/bin/time -f '%M' true 2>&1 | grep -c '^[1-9]'; /usr/bin/time -f '%e' sleep 0.1 2>&1 | grep -c '^0\.[1-9]\|^[1-9]'
/usr/bin/time -q -f x sh -c 'kill -9 $$' >/dev/null 2>&1; echo "status $?"; /usr/bin/time /missing >/dev/null 2>&1; echo "status $?"
bash -c 'TIMEFORMAT=%0R; time sleep 0.1' 2>&1 | grep -c '[0-9]'; /usr/bin/time -v true 2>&1 | grep -c 'Exit status: 0'; times >/dev/null && echo "times"
bash -c 'time (exit 4)' >/dev/null 2>&1; echo "status $?"
