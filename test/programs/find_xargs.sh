# find and xargs: tests, actions, parallel runs, odd names.
mkdir -p tree/a/b tree/c "tree/with space"
for n in 1 2 3; do echo $n >tree/a/f$n.txt; done
echo x >"tree/with space/a file"; printf 'y' >tree/c/'new
line'; ln -s a tree/link; head -c 5000 /dev/zero >tree/big; touch -d 2001-01-01 tree/c/old; chmod 755 tree/a/f1.txt
find tree | sort; find tree -type f -name '*.txt' | sort; find tree -type l; find tree -type d -empty; find tree -size +1k -type f
find tree -perm -100 -type f; find tree ! -newermt 2005-01-01 -type f; find tree -maxdepth 1 -mindepth 1 -printf '%f %y\n' | sort
find tree -name b -prune -o -type f -print | sort | head -3; find tree -path '*/a/*' -exec basename {} \; | sort; find tree -name 'f*' -exec echo {} + | wc -w
find tree -type f -print0 | sort -z | xargs -0 -n1 basename
find tree -name '*.txt' -delete; find tree -type f | wc -l; find missing 2>/dev/null; echo "status $?"
seq 10 | xargs -n3 echo; seq 4 | xargs -I% echo "<%>"; seq 8 | xargs -P3 -n2 sh -c 'echo $(($1 + $2))' sh | sort -n
echo a b | xargs -t echo 2>/dev/null; printf 'x\n' | xargs false; echo "status $?"; xargs -r echo never </dev/null
