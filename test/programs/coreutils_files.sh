# File tools of coreutils: cp, mv, ln, rm, mkdir, touch, chmod, chown, stat, ls, du, dd, install, truncate, mktemp.
set -eu
umask 022
mkdir -p a/b/c; echo one >a/one; echo two >a/b/two; ln -s one a/link; ln a/one a/hard
touch -d '2001-02-03 04:05:06 UTC' a/one
TZ=UTC stat -c '%n %s %a %F %h %y' a/one; stat -c '%n %a %F' a/link a/b
cp -a a copy; diff -r a copy && echo "copied"
TZ=UTC stat -c '%y' copy/one; readlink copy/link
mv copy moved; ls -R moved
TZ=UTC ls -l --time-style=+%Y moved | sed 's/^total.*/total/' | awk '/^d/ { $5 = "size" } { print }'
chmod u+s,g-r,o=x a/one; stat -c %A a/one; chmod 640 a/one; stat -c %a a/one
chown 12:34 a/one; stat -c %u:%g a/one
cp -r --preserve=mode a/one mode; stat -c %a mode
dd if=/dev/zero of=big bs=1000 count=50 2>/dev/null; stat -c %s big
dd if=big of=part bs=100 skip=3 count=2 conv=notrunc 2>/dev/null; stat -c %s part
truncate -s 12345 big; stat -c %s big
install -m 751 -D a/one deep/dir/installed; stat -c '%a %n' deep/dir/installed
ln -sf ../a link; ln -sfn a link; readlink -f link | sed 's|.*/||'; realpath --relative-to=. a/b/../one
rm -r moved; test -e moved || echo "removed"
rmdir a 2>/dev/null || echo "not empty"
mkfifo fifo; (echo through >fifo &) ; cat fifo
touch -r a/b a/one; [ a/one -ot a/b ] || echo "not older"
mktemp -p . XXXXXXXX | wc -c; basename /x/y.c .c; dirname /x/y.c; pathchk -p name && echo "portable"
cp missing here 2>/dev/null || echo "status $?"
du -b --apparent-size a/one | cut -f1; shred -u part && test ! -e part && echo "shredded"
sync big; sync; cat /dev/null; dircolors -b | wc -l | grep -q . && echo done
