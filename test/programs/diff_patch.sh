# diff, cmp, diff3 and sdiff: formats and exit codes.
seq 10 >a; seq 10 | sed '3d;7s/7/seven/' >b; cp a c; echo eleven >>c
diff a b; echo "status $?"; diff -u --label a --label b a b; diff -y -W 30 a b; diff -q a b; diff a a; echo "status $?"; diff a missing 2>/dev/null; echo "status $?"
cmp a b; cmp -s a a; echo "status $?"; cmp -l a b | head -3; diff3 -m b a c; echo "status $?"; sdiff -s -w 40 a c
mkdir x y; cp a x/f; cp b y/f; echo only >x/g; diff -rq x y; diff -e a b; printf 'a  b\n' >x/w; printf 'a b\n' >y/w; diff -w x/w y/w && echo 'same words'
